// Calls every method of npm's braze-api once, unchanged, and prints one JSON line per method: name, ok, answer or error.
// node run.mjs URL API_KEY APP_ID. The methods are those of the client object; one that PLAN does not call is printed
// with ok false, so that a new version's method cannot be overlooked.
import { Braze } from "braze-api";

const [url, key, appId] = process.argv.slice(2);
const braze = new Braze(url, key);
const id = (number) => `00000000-0000-4000-8000-0000000000${number}`;
const [campaign, receipt, newsletter, segment, group, canvas] = ["c1", "c2", "c3", "e1", "a1", "d1"].map(id);
const [earlier, later, end] = ["2026-01-10T10:00:00Z", "2026-01-16T09:00:00Z", "2026-02-01T00:00:00Z"];
const messages = { email: { app_id: appId, from: "A <a@example.com>", subject: "s", body: "b" } };
const recipients = [{ external_user_id: "ann" }];
const user_alias = { alias_name: "m", alias_label: "l" };
const subscribe = { subscription_group_id: group, subscription_state: "subscribed" };
const schedule = { time: later };

// Name of a method: its arguments, which may come from the answers so far. In order: what one makes, the next one finds.
const PLAN = {
  "users.track": () => [
    {
      attributes: [{ external_id: "ann", email: "ann@example.com" }],
      events: [{ external_id: "ann", name: "came", time: earlier }],
      purchases: [{ external_id: "ann", product_id: "cup", currency: "USD", price: 2.5, time: earlier }],
    },
    true, // asks for bulk processing by a header
  ],
  "users.alias.new": () => [{ user_aliases: [{ alias_name: "n", alias_label: "l" }] }],
  "users.alias.update": () => [{ alias_updates: [{ alias_label: "l", old_alias_name: "n", new_alias_name: "m" }] }],
  "users.identify": () => [{ aliases_to_identify: [{ external_id: "bob", user_alias }] }],
  "users.export.ids": () => [{ external_ids: ["ann"], fields_to_export: ["email", "custom_events", "purchases"] }],
  "users.export.segment": () => [{ segment_id: segment, fields_to_export: ["email"] }],
  "users.export.global_control_group": () => [{ fields_to_export: ["email"] }],
  "users.external_ids.rename": () => [{ external_id_renames: [{ current_external_id: "bob", new_external_id: "rob" }] }],
  "users.external_ids.remove": () => [{ external_ids: ["bob"] }],
  "users.merge": () => [
    { merge_updates: [{ identifier_to_merge: { external_id: "rob" }, identifier_to_keep: { external_id: "ann" } }] },
  ],
  "users.delete": () => [{ external_ids: ["gone"] }],

  "campaigns.list": () => [],
  "campaigns.details": () => [{ campaign_id: campaign }],
  "campaigns.trigger.send": () => [{ campaign_id: campaign, recipients }],
  "campaigns.trigger.schedule.create": () => [{ campaign_id: campaign, recipients, schedule }],
  "campaigns.trigger.schedule.update": (seen) => [{ campaign_id: campaign, ...planned(seen, "campaigns.trigger"), schedule }],
  "campaigns.trigger.schedule.delete": (seen) => [{ campaign_id: campaign, ...planned(seen, "campaigns.trigger") }],
  "canvas.list": () => [],
  "canvas.trigger.send": () => [{ canvas_id: canvas, recipients }],
  "canvas.trigger.schedule.create": () => [{ canvas_id: canvas, recipients, schedule }],
  "canvas.trigger.schedule.update": (seen) => [{ canvas_id: canvas, ...planned(seen, "canvas.trigger"), schedule }],
  "canvas.trigger.schedule.delete": (seen) => [{ canvas_id: canvas, ...planned(seen, "canvas.trigger") }],
  "messages.send": () => [{ external_user_ids: ["ann"], messages }],
  "messages.schedule.create": () => [{ external_user_ids: ["ann"], messages, schedule }],
  "messages.schedule.update": (seen) => [{ ...planned(seen, "messages"), schedule, messages }],
  "messages.scheduled_broadcasts": () => [{ end_time: end }],
  "messages.schedule.delete": (seen) => [planned(seen, "messages")],
  "sends.id.create": () => [{ campaign_id: newsletter, send_id: "spring" }],
  "transactional.v1.campaigns.send": () => [receipt, { recipient: recipients[0], external_send_id: "order-7" }],

  "segments.list": () => [],
  "segments.details": () => [{ segment_id: segment }],
  "segments.analytics": () => [{ segment_id: segment, length: 7 }],
  "catalogs.synchronous.list": () => [],
  "catalogs.synchronous.item": () => [{ catalog_name: "cups", item_id: "i00" }],
  "catalogs.synchronous.items": () => [{ catalog_name: "cups" }],

  "email.blacklist": () => [{ email: "bad@example.com" }],
  "email.bounce.remove": () => [{ email: "bounced@example.com" }],
  "email.spam.remove": () => [{ email: "spam@example.com" }],
  "subscription.status.set": () => [{ ...subscribe, external_id: ["ann"] }],
  "v2.subscription.status.set": () => [{ subscription_groups: [{ ...subscribe, external_ids: ["bad"] }] }],
  "subscription.status.get": () => [{ subscription_group_id: group, external_id: ["ann", "bad", "nobody"] }],
  "subscription.user.status": () => [{ external_id: "ann" }],

  "templates.content_blocks.create": () => [{ name: "head", content: "Hi" }],
  "templates.content_blocks.update": (seen) => [{ ...block(seen), content: "Hello" }],
  "templates.content_blocks.get": (seen) => [block(seen)],
  "templates.content_blocks.list": () => [],
  "templates.email_templates.create": () => [{ template_name: "t", subject: "s", body: "b" }],
  "templates.email_templates.update": (seen) => [{ ...template(seen), subject: "S" }],
  "templates.email_templates.get": (seen) => [template(seen)],
  "templates.email_templates.list": () => [],
};

const planned = (seen, what) => ({ schedule_id: seen[`${what}.schedule.create`].schedule_id });
const block = (seen) => ({ content_block_id: seen["templates.content_blocks.create"].content_block_id });
const template = (seen) => ({ email_template_id: seen["templates.email_templates.create"].email_template_id });

function* methods(object, path = "") {
  for (const [name, member] of Object.entries(object)) {
    if (typeof member === "function") yield [path + name, member];
    else if (member && typeof member === "object") yield* methods(member, `${path}${name}.`);
  }
}

async function answered(value) {
  if (!value[Symbol.asyncIterator]) return value;
  const all = [];
  for await (const one of value) all.push(one);
  return all;
}

const known = Object.fromEntries(methods(braze));
const seen = {};
for (const [name, args] of Object.entries(PLAN)) {
  let line;
  try {
    seen[name] = await answered(await known[name](...args(seen)));
    line = { name, ok: true, answer: seen[name] };
  } catch (error) {
    line = { name, ok: false, error: error.message, status: error.status };
  }
  console.log(JSON.stringify(line));
}
for (const name of Object.keys(known)) {
  if (!(name in PLAN)) console.log(JSON.stringify({ name, ok: false, error: "nobody calls it" }));
}
