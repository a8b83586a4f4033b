'use strict';

require('./telling')(async (ChartMogul, config, say, { source, customer, external_id: known, plan }) => {
  const { Invoice, Metrics, Subscription, SubscriptionEvent } = ChartMogul;

  const item = (name, start, end, cents) => ({
    type: 'subscription',
    subscription_external_id: name,
    plan_uuid: plan,
    service_period_start: start,
    service_period_end: end,
    amount_in_cents: cents
  });
  await say('create invoices', Invoice.create(config, customer, {
    invoices: [
      { external_id: '1', date: '2016-01-01', currency: 'USD', line_items: [item('old', '2016-01-01', '2016-02-01', 1000)] },
      { external_id: '2', date: '2016-02-01', currency: 'USD', line_items: [item('new', '2016-02-01', '2016-03-01', 1500)] }
    ]
  }));
  await say('subscriptions', Metrics.Customer.subscriptions(config, customer));
  await say('first page', Metrics.Customer.subscriptions(config, customer, { per_page: 1 }));
  await say('activities', Metrics.Customer.activities(config, customer));
  await say('all activities', Metrics.Activity.all(config, { type: 'new_biz', 'start-date': '2016-01-01' }));

  console.warn = () => {}; // the client warns of its older calls
  const imported = await say('import subscriptions', Subscription.all(config, customer));
  const old = imported.subscriptions.find(each => each.external_id === 'old');
  await say('cancel', Subscription.cancel(config, old.uuid, { cancelled_at: '2016-02-01' }));
  await say('after the cancellation', Metrics.Customer.activities(config, customer));
  await say('connect', Metrics.Customer.connectSubscriptions(config, source, customer, imported.subscriptions));
  await say('connected', Metrics.Customer.subscriptions(config, customer));
  await say('disconnect', Metrics.Customer.disconnectSubscriptions(config, source, customer, imported.subscriptions));
  await say('disconnected', Metrics.Customer.subscriptions(config, customer));

  const event = await say('create event', SubscriptionEvent.create(config, {
    data_source_uuid: source,
    customer_external_id: known,
    subscription_external_id: 'new',
    external_id: 'ev_1',
    event_type: 'subscription_cancelled',
    event_date: '2016-03-01',
    effective_date: '2016-03-01'
  }));
  await say('all events', SubscriptionEvent.all(config, { external_id: 'ev_1' }));
  await say('update event', SubscriptionEvent.updateWithParams(config, { id: event.id, event_date: '2016-02-28' }));
  await say('disable event', SubscriptionEvent.disable(config, String(event.id)));
  await say('delete event', SubscriptionEvent.deleteWithParams(config, { id: event.id }));
});
