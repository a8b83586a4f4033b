'use strict';

require('./telling')(async (ChartMogul, config, say, { source, customer }) => {
  const { Plan, PlanGroup, Invoice, LineItem, Transaction } = ChartMogul;

  const plan = await say('create plan', Plan.create(config, {
    data_source_uuid: source,
    name: 'Gold',
    interval_count: 1,
    interval_unit: 'month',
    external_id: 'gold'
  }));
  await say('all plans', Plan.all(config, { data_source_uuid: source }));
  await say('retrieve plan', Plan.retrieve(config, plan.uuid));
  await say('modify plan', Plan.modify(config, plan.uuid, { name: 'Golden' }));
  const group = await say('create plan group', PlanGroup.create(config, { name: 'Metals', plans: [plan.uuid] }));
  await say('all plan groups', PlanGroup.all(config));
  await say('plans of group', PlanGroup.all(config, group.uuid));
  await say('modify plan group', PlanGroup.modify(config, group.uuid, { name: 'Noble metals' }));
  await say('destroy plan group', PlanGroup.destroy(config, group.uuid));

  const sent = await say('create invoices', Invoice.create(config, customer, {
    invoices: [{
      external_id: 'inv_1',
      date: '2016-01-01 12:00:00',
      currency: 'USD',
      line_items: [{
        type: 'subscription',
        external_id: 'li_1',
        subscription_external_id: 'sub_1',
        plan_uuid: plan.uuid,
        service_period_start: '2016-01-01 12:00:00',
        service_period_end: '2016-02-01 12:00:00',
        amount_in_cents: 1000,
        quantity: 1
      }],
      transactions: [{ type: 'payment', external_id: 'tr_1', date: '2016-01-01 12:00:00', result: 'successful' }]
    }]
  }));
  const invoice = sent.invoices[0];
  await say('invoices of customer', Invoice.all(config, customer));
  await say('all invoices', Invoice.all(config, { external_id: 'inv_1' }));
  await say('retrieve invoice', Invoice.retrieve(config, invoice.uuid));
  await say('modify invoice', Invoice.modify(config, invoice.uuid, { due_date: '2016-02-01' }));
  await say('disable invoice', Invoice.disable(config, invoice.uuid));
  await say('enable invoice', Invoice.enable(config, invoice.uuid));

  const line = await say('create line item', LineItem.create(config, invoice.uuid, {
    type: 'one_time',
    external_id: 'li_2',
    amount_in_cents: 500,
    quantity: 1
  }));
  await say('retrieve line item', LineItem.retrieve(config, line.uuid));
  await say('line item by external id', LineItem.all(config, { data_source_uuid: source, external_id: 'li_2' }));
  await say('modify line item', LineItem.modify(config, line.uuid, { quantity: 2 }));
  await say('destroy line item', LineItem.destroy(config, line.uuid));

  const paid = await say('create transaction', Transaction.create(config, invoice.uuid, {
    type: 'refund',
    external_id: 'tr_2',
    date: '2016-01-03 12:00:00',
    result: 'successful'
  }));
  await say('retrieve transaction', Transaction.retrieve(config, paid.uuid));
  await say('destroy transaction', Transaction.destroy(config, paid.uuid));
  await say('update status', Invoice.updateStatus(config, source, 'inv_1', { status: 'voided' }));
  await say('destroy invoice', Invoice.destroy(config, invoice.uuid));
  await say('destroy plan', Plan.destroy(config, plan.uuid));
});
