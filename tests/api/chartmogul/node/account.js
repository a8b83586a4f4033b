'use strict';

require('./telling')(async (ChartMogul, config, say) => {
  await say('ping', ChartMogul.Ping.ping(config));
  await say('account', ChartMogul.Account.retrieve(config));
  await say('rules', ChartMogul.Account.retrieve(config, { include: 'refund_handling' }));
  const source = await say('create', ChartMogul.DataSource.create(config, { name: 'Shop' }));
  await say('all', ChartMogul.DataSource.all(config));
  await say('retrieve', ChartMogul.DataSource.retrieve(config, source.uuid));
  await say('destroy', ChartMogul.DataSource.destroy(config, source.uuid));
  await say('destroyed', ChartMogul.DataSource.retrieve(config, source.uuid));
});
