'use strict';

require('./telling')(async (ChartMogul, config, say, { source }) => {
  const { Customer, Config, DataSource } = ChartMogul;
  const stranger = new Config('wrong', config.API_BASE);
  stranger.retries = 0;
  await say('401', Customer.all(stranger));
  await say('400', DataSource.create(config, {}));
  await say('403', Customer.destroy(config, 'cus_1'));
  await say('404', Customer.retrieve(config, 'cus_1'));
  await say('422', Customer.create(config, { data_source_uuid: source, external_id: '1', email: 'nobody' }));
  await say('no config', Customer.all({}));
  await say('page', Customer.all(config, { page: 2 }));
});
