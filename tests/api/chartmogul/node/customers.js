'use strict';

require('./telling')(async (ChartMogul, config, say, { source }) => {
  const { Customer, Tag, CustomAttribute } = ChartMogul;
  const person = { data_source_uuid: source, name: 'Ada King', email: 'ada@example.com' };
  const ada = await say('create', Customer.create(config, { ...person, external_id: '1' }));
  const other = await say('create another', Customer.create(config, { ...person, external_id: '2' }));
  await say('all', Customer.all(config, { per_page: 1 }));
  await say('search', Customer.search(config, { email: 'ada@example.com' }));
  await say('retrieve', Customer.retrieve(config, ada.uuid));
  await say('modify', Customer.modify(config, ada.uuid, { company: 'Initrode' }));

  await say('add tags', Tag.add(config, other.uuid, { tags: ['vip', 'new'] }));
  await say('add tags by email', Tag.add(config, { email: 'ada@example.com', tags: ['both'] }));
  await say('remove tags', Tag.remove(config, other.uuid, { tags: ['new'] }));
  const plan = { type: 'String', key: 'plan', value: 'gold' };
  await say('add custom', CustomAttribute.add(config, other.uuid, { custom: [plan] }));
  await say('update custom', CustomAttribute.update(config, other.uuid, { custom: { plan: 'silver', seats: 3 } }));
  await say('remove custom', CustomAttribute.remove(config, other.uuid, { custom: ['seats'] }));
  await say('attributes', Customer.attributes(config, other.uuid));

  const both = { from: { customer_uuid: other.uuid }, into: { data_source_uuid: source, external_id: '1' } };
  await say('merge', Customer.merge(config, both));
  await say('merge again', Customer.merge(config, both));
  await say('retrieve merged', Customer.retrieve(config, other.uuid));
  await say('unmerge', Customer.unmerge(config, {
    customer_uuid: ada.uuid,
    data_source_uuid: source,
    external_id: '2',
    move_to_new_customer: ['tasks', 'opportunities', 'notes']
  }));
  await say('retrieve unmerged', Customer.all(config, { data_source_uuid: source, external_id: '2' }));
  await say('destroy', Customer.destroy(config, ada.uuid));
  await say('retrieve destroyed', Customer.retrieve(config, ada.uuid));
});
