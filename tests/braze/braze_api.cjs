// Calls every method of npm's braze-api that maps to a documented operation; prints one JSON object of its answers.
// node braze_api.cjs URL API_KEY APP_ID; the package is found by NODE_PATH.
const { Braze } = require("braze-api");

const [url, key, appId] = process.argv.slice(2);
const braze = new Braze(url, key);
const answers = {};
const id = (number) => `00000000-0000-4000-8000-0000000000${number}`;
const [campaign, segment, group, canvas] = [id("c1"), id("e1"), id("a1"), id("d1")];
const later = { time: "2026-01-16T09:00:00Z" };

async function note(name, call) {
  try {
    answers[name] = await call();
  } catch (error) {
    answers[name] = { error: error.message, status: error.status };
  }
  return answers[name];
}

async function users() {
  const came = { external_id: "ann", name: "came", time: "2026-01-10T10:00:00Z" };
  await note("track", () => braze.users.track({ attributes: [{ external_id: "ann", email: "ann@example.com" }], events: [came] }));
  await note("track bulk", () => braze.users.track({ events: [came] }, true));
  await note("alias new", () => braze.users.alias.new({ user_aliases: [{ alias_name: "n", alias_label: "l" }] }));
  const renamed = { alias_label: "l", old_alias_name: "n", new_alias_name: "m" };
  await note("alias update", () => braze.users.alias.update({ alias_updates: [renamed] }));
  const alias = { alias_name: "m", alias_label: "l" };
  await note("identify", () => braze.users.identify({ aliases_to_identify: [{ external_id: "bob", user_alias: alias }] }));
  await note("export ids", () => braze.users.export.ids({ external_ids: ["ann"], fields_to_export: ["email", "custom_events"] }));
  await note("export segment", () => braze.users.export.segment({ segment_id: segment, fields_to_export: ["email"] }));
  await note("export control group", () => braze.users.export.global_control_group({ fields_to_export: ["email"] }));
  const rename = { current_external_id: "bob", new_external_id: "rob" };
  await note("rename", () => braze.users.external_ids.rename({ external_id_renames: [rename] }));
  await note("remove", () => braze.users.external_ids.remove({ external_ids: ["bob"] }));
  const merge = { identifier_to_merge: { external_id: "rob" }, identifier_to_keep: { external_id: "ann" } };
  await note("merge", () => braze.users.merge({ merge_updates: [merge] }));
  await note("delete", () => braze.users.delete({ external_ids: ["rob"] }));
}

async function lists() {
  await note("campaign list", () => braze.campaigns.list());
  await note("campaign details", () => braze.campaigns.details({ campaign_id: campaign }));
  await note("segment list", () => braze.segments.list());
  await note("segment details", () => braze.segments.details({ segment_id: segment }));
  await note("segment analytics", () => braze.segments.analytics({ segment_id: segment, length: 7 }));
  await note("catalogs", () => braze.catalogs.synchronous.list());
  await note("catalog item", () => braze.catalogs.synchronous.item({ catalog_name: "cups", item_id: "i00" }));
  await note("catalog items", async () => {
    const ids = [];
    for await (const item of braze.catalogs.synchronous.items({ catalog_name: "cups" })) ids.push(item.id);
    return { ids };
  });
}

async function addresses() {
  const email = "ann@example.com";
  await note("blacklist", () => braze.email.blacklist({ email }));
  await note("bounce remove", () => braze.email.bounce.remove({ email }));
  await note("spam remove", () => braze.email.spam.remove({ email }));
  const change = { subscription_group_id: group, subscription_state: "subscribed" };
  await note("status set", () => braze.subscription.status.set({ ...change, external_id: ["ann"] }));
  await note("status set v2", () => braze.v2.subscription.status.set({ subscription_groups: [{ ...change, external_ids: ["ann"] }] }));
  await note("status get", () => braze.subscription.status.get({ subscription_group_id: group, external_id: ["ann", "bob"] }));
  await note("user status", () => braze.subscription.user.status({ external_id: "ann" }));
}

async function templates() {
  const blocks = braze.templates.content_blocks;
  const block = await note("block create", () => blocks.create({ name: "head", content: "Hi" }));
  const blockId = block.content_block_id;
  await note("block update", () => blocks.update({ content_block_id: blockId, content: "Hello" }));
  await note("block get", () => blocks.get({ content_block_id: blockId }));
  await note("block list", () => blocks.list());
  const emails = braze.templates.email_templates;
  const template = await note("template create", () => emails.create({ template_name: "t", subject: "s", body: "b" }));
  const templateId = template.email_template_id;
  await note("template update", () => emails.update({ email_template_id: templateId, subject: "S" }));
  await note("template get", () => emails.get({ email_template_id: templateId }));
  await note("template list", () => emails.list());
}

async function messages() {
  const messages = { email: { app_id: appId, from: "A <a@example.com>", subject: "s", body: "b" } };
  await note("send", () => braze.messages.send({ external_user_ids: ["ann"], messages }));
  const plan = { external_user_ids: ["ann"], messages, schedule: later };
  const planned = await note("schedule create", () => braze.messages.schedule.create(plan));
  const schedule_id = planned.schedule_id;
  await note("schedule update", () => braze.messages.schedule.update({ schedule_id, schedule: later, messages }));
  await note("schedule delete", () => braze.messages.schedule.delete({ schedule_id }));
  await note("scheduled broadcasts", () => braze.messages.scheduled_broadcasts({ end_time: "2026-02-01T00:00:00Z" }));
  const recipients = [{ external_user_id: "ann" }];
  await note("trigger send", () => braze.campaigns.trigger.send({ campaign_id: campaign, recipients }));
  const trigger = braze.campaigns.trigger.schedule;
  const wait = { campaign_id: campaign, recipients, schedule: later };
  const waiting = (await note("trigger schedule create", () => trigger.create(wait))).schedule_id;
  await note("trigger schedule update", () => trigger.update({ campaign_id: campaign, schedule_id: waiting, schedule: later }));
  await note("trigger schedule delete", () => trigger.delete({ campaign_id: campaign, schedule_id: waiting }));
}

async function everything() {
  for (const part of [users, lists, addresses, templates, messages]) await part();
  console.log(JSON.stringify(answers));
}

everything();
