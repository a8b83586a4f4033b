'use strict';

require('./telling')(async (ChartMogul, config, say, { source, customer, email }) => {
  const { Contact, Customer, CustomerNote, Opportunity, Task } = ChartMogul;

  const ada = await say('create contact', Contact.create(config, {
    customer_uuid: customer,
    data_source_uuid: source,
    first_name: 'Ada',
    custom: [{ key: 'Toggle', value: false }]
  }));
  const other = await say('create contact of customer', Customer.createContact(config, customer, {
    data_source_uuid: source,
    phone: '+44 1'
  }));
  await say('all contacts', Contact.all(config, { customer_uuid: customer }));
  await say('contacts of customer', Customer.contacts(config, customer, {}));
  await say('retrieve contact', Contact.retrieve(config, ada.uuid));
  await say('modify contact', Contact.modify(config, ada.uuid, { title: 'CEO', external_id: null }));
  await say('merge contacts', Contact.merge(config, ada.uuid, other.uuid));
  await say('destroy contact', Contact.destroy(config, ada.uuid));

  const note = await say('create note', CustomerNote.create(config, {
    customer_uuid: customer,
    type: 'note',
    text: 'Hello',
    author_email: email
  }));
  await say('create note of customer', Customer.createNote(config, customer, { type: 'call', call_duration: 60 }));
  await say('all notes', CustomerNote.all(config, { customer_uuid: customer }));
  await say('notes of customer', Customer.notes(config, customer, { type: 'call' }));
  await say('retrieve note', CustomerNote.retrieve(config, note.uuid));
  await say('patch note', CustomerNote.patch(config, note.uuid, { text: 'Hi' }));
  await say('destroy note', CustomerNote.destroy(config, note.uuid));

  const deal = {
    owner: email,
    pipeline: 'New Business',
    pipeline_stage: 'Discovery',
    estimated_close_date: '2024-03-30',
    currency: 'USD',
    amount_in_cents: 100000
  };
  const made = await say('create opportunity', Opportunity.create(config, { customer_uuid: customer, ...deal }));
  await say('create opportunity of customer', Customer.createOpportunity(config, customer, deal));
  await say('all opportunities', Opportunity.all(config, { customer_uuid: customer }));
  await say('opportunities of customer', Customer.opportunities(config, customer, { pipeline: 'New Business' }));
  await say('retrieve opportunity', Opportunity.retrieve(config, made.uuid));
  await say('patch opportunity', Opportunity.patch(config, made.uuid, { win_likelihood: 40 }));
  await say('destroy opportunity', Opportunity.destroy(config, made.uuid));

  const work = { task_details: 'Call', assignee: email, due_date: '2025-04-30T00:00:00Z' };
  const task = await say('create task', Task.create(config, { customer_uuid: customer, ...work }));
  await say('create task of customer', Customer.createTask(config, customer, work));
  await say('all tasks', Task.all(config, { customer_uuid: customer }));
  await say('tasks of customer', Customer.tasks(config, customer, { completed: false }));
  await say('retrieve task', Task.retrieve(config, task.task_uuid));
  await say('patch task', Task.patch(config, task.task_uuid, { completed_at: '2025-04-20T00:00:00Z' }));
  await say('destroy task', Task.destroy(config, task.task_uuid));
});
