import { preferences } from '../../ui/preferences.svelte.ts';
import { t, type Key } from '../../ui/i18n.svelte.ts';

/*
 * Why a row was refused or a setting is wrong, in the reader's language. Connectors say
 * it in English, and so it is kept; what they say most is known here by its form. The
 * tests hold the forms against what the connectors really say.
 */
const forms: [RegExp, Key][] = [
  [/^"(?<value>.*)" is not a time of the form (?<form>.+)$/, 'source.reason.time'],
  [/^"(?<value>.*)" is no date and time; write it like (?<form>.+)$/, 'source.reason.time'],
  [/^"(?<value>.*)" is no number; write it like (?<form>.+)$/, 'source.reason.number_like'],
  [/^"(?<value>.*)" is no area of this city; .*$/, 'source.reason.area'],
  [/^"(?<value>.*)" is no status; use (?<known>.+)$/, 'source.reason.status'],
  [/^"(?<value>.*)" is not a number in the style (?<form>\w+)$/, 'source.reason.number'],
  [/^"(?<value>.*)" is too large a number$/, 'source.reason.too_large'],
  [/^value is not a number$/, 'source.reason.no_number'],
  [/^(?<field>\w+) is missing$/, 'source.reason.missing'],
  [/^(?<field>\w+) (?<value>\d{4}-\d\d-\d\d) cannot be meant$/, 'source.reason.time_not_meant'],
  [/^the year (?<value>-?\d+) cannot be meant$/, 'source.reason.year_not_meant'],
  [/^(?:area )?"(?<value>.*)" is not (?:an|one) area of this city$/, 'source.reason.area'],
  [/^the point lies outside the city$/, 'source.reason.outside'],
  [/^"(?<value>.*)" is not declared$/, 'source.reason.undeclared'],
  [/^"(?<value>.*)" is not the slug of a category; .*$/, 'source.reason.category'],
  [/^"(?<value>.*)" is not in the mapping's table$/, 'source.reason.table'],
  [/^"(?<value>.*)" is not "(?<unit>.*)"; convert it with factor in the mapping$/, 'source.reason.unit'],
  [/^status "(?<value>.*)" is not one of (?<known>.+)$/, 'source.reason.status'],
  [/^holds a list or object where a single value belongs$/, 'source.reason.single'],
  [/^holds bytes that are not text .*$/, 'source.reason.bytes'],
  [/^holds none of (?<known>.+); translate it in the mapping's table$/, 'source.reason.none_of'],
  [/^is missing; the server presents (?<value>\S+).*$/, 'source.reason.fingerprint'],
  [/^is missing: name a dataset, .*$/, 'source.reason.name_dataset'],
  [/^is missing: name a template .*$/, 'source.reason.name_template'],
  [/^is missing: the column whose newest value .*$/, 'source.reason.sql_cursor'],
  [/^is missing: what stands for :since .*$/, 'source.reason.sql_start'],
  [/^is missing\b.*$/, 'source.reason.setting_missing'],
  [/^needs either get or const$/, 'source.reason.setting_missing'],
  [/^must be one of (?<known>.+)$/, 'source.reason.one_of'],
  [/^must be between (?<from>\S+) and (?<to>\S+)$/, 'source.reason.between'],
  [/^must be a declared indicator with the unit (?<unit>.+)$/, 'source.reason.unit_declared'],
  [/^does not hold the key that the server presents, (?<value>\S+).*$/, 'source.reason.other_key'],
  [/^is refused by the server for this user$/, 'source.reason.login'],
  [/^cannot be opened.*$/, 'source.reason.not_opened'],
  [/^must be at least (?<from>\S+)$/, 'source.reason.at_least'],
  [/^must be a full address that starts with .*$/, 'source.reason.address'],
  [/^must not hold the secret itself.*$/, 'source.reason.secret'],
  [/^must be a whole number, .*$/, 'source.reason.whole'],
  [/^must be true or false, .*$/, 'source.reason.boolean'],
  [/^is not a field (?:here|of \w+); (?:known fields|they) are (?<known>.+)$/, 'source.reason.no_field'],
  [/^is not a jq expression: (?<why>.*)$/, 'source.reason.expression'],
  [/^is not valid YAML: (?<why>.*)$/, 'source.reason.yaml'],
  [/^there is no indicator "(?<value>.*)"; .*$/, 'source.reason.undeclared'],
  [/^must not be given together with a template$/, 'source.reason.not_with_template'],
  [/^must not be given together with a dataset$/, 'source.reason.not_with_dataset'],
  [/^must be the portal's own address, .*$/, 'source.reason.portal'],
  [/^finds no dataset of the portal; .*$/, 'source.reason.no_dataset'],
  [/^is not in the dataset; there are (?<known>.+)$/, 'source.reason.resource'],
  [
    /^must be named: none of the dataset's is a table; they are (?<known>.+)$/,
    'source.reason.which_resource',
  ],
  [/^gives more than (?<value>\d+) rows; .*$/, 'source.reason.sql_more'],
  [/^gives the same (?<value>\d+) rows again: .* \((?<form>.+)\)$/, 'source.reason.sql_again'],
  [/^does not say :since, .* such as (?<form>.+)$/, 'source.reason.sql_since'],
  [/^must give its rows in the order of .* Add order by (?<field>.+)$/, 'source.reason.sql_order'],
  [/^is not a column of the query's result; .*$/, 'source.reason.sql_column'],
  [/^does not begin with select or with: .*$/, 'source.reason.sql_reads'],
  [/^asks for an encrypted connection, which .*$/, 'source.reason.sql_tls'],
  [/^must be verify: .*$/, 'source.reason.sql_open'],
  [/^does not exist on this server, .*$/, 'source.reason.sql_database'],
  [/^may not read what the query reads; .* \((?<why>.*)\)$/, 'source.reason.sql_right'],
  [/^is not understood by their server: (?<why>.*)$/, 'source.reason.sql_understood'],
  [/^must be written (?<form>tls:.+)$/, 'source.reason.broker'],
  [/^would carry the password in the open; .*$/, 'source.reason.broker_open'],
  [/^an automatic reply, .*$/, 'source.reason.letter_reply'],
  [/^a mail server's notice of failed delivery, .*$/, 'source.reason.letter_bounce'],
  [/^bulk mail or a mailing list, .*$/, 'source.reason.letter_list'],
  [/^a loop: we sent it ourselves, .*$/, 'source.reason.letter_loop'],
  [/^marked as spam by the mail server$/, 'source.reason.letter_spam'],
  [/^the sender's address cannot be read$/, 'source.reason.letter_sender'],
  [/^holds neither subject nor text$/, 'source.reason.letter_empty'],
  [/^its header cannot be read$/, 'source.reason.letter_damaged'],
  [/^the (?:update|body) cannot be read$/, 'source.reason.chat_unreadable'],
  [/^a command to the bot, .*$/, 'source.reason.chat_command'],
  [/^(?:the sender is not named|a message without its id or sender)$/, 'source.reason.chat_sender'],
  [/^not about WhatsApp messages$/, 'source.reason.chat_else'],
  [/^for another number than this source's$/, 'source.reason.chat_number'],
];

/** What may be written, listed in Indonesian; what was written stays as it is. */
const listed = (name: string, text: string) =>
  name === 'form' || name === 'known'
    ? text.replaceAll(' or ', ' atau ').replaceAll(', for example ', ', misalnya ')
    : text;

/** A reason in the reader's language, as it was said where its form is not known. */
export function reasonIn(reason: string): string {
  if (preferences.current.language === 'en') return reason;
  const [, place = '', said = reason] = /^([a-z_]+(?:(?:\.|, )[a-z_]+)*): (.*)$/s.exec(reason) ?? [];
  for (const [form, key] of forms) {
    const found = form.exec(said);
    const parts = Object.entries(found?.groups ?? {}).map(([name, text]) => [name, listed(name, text)]);
    const words = found && t(key, Object.fromEntries(parts) as Record<string, string>);
    if (words) return place ? `${place}: ${words}` : words;
  }
  return reason;
}

/** What a mapping that is not yet one lacks: nobody has filled it in, or a part of it is wrong. */
export function mappingIn(at: string, reason: string): string {
  const place = at.replace(/^mapping\.(?:fields\.)?/, '');
  const untouched =
    /^(?:needs either get or const|is missing\b.*|must be one of reports, observations)$/.test(reason);
  return untouched
    ? t('source.trial.map_first', { place })
    : t('source.trial.map_mend', { place, why: reasonIn(reason) });
}

/** A setting's mistake, "field what is wrong", in the reader's language. */
export function settingIn(detail: string): string {
  const space = detail.indexOf(' ');
  return `${detail.slice(0, space + 1)}${reasonIn(detail.slice(space + 1))}`;
}
