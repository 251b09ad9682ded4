// A text with tags in it: ranges of it, `{ start, end, entity }`, that stand for something by its id. Plain functions.

// As it stands in the text.
export function label(entity) {
  return `@${entity.title}`;
}

// Where the tags are after an edit has made `after` of `before`. What an edit touches is a tag no longer. `caret` is
// where the edit has left it: of equal letters, it tells which one came.
export function moved(tags, before, after, caret = after.length) {
  const tail = after.length - caret; // nothing behind the caret has changed
  const most = Math.min(before.length, after.length);
  let end = 0;
  while (end < Math.min(tail, most) && before.at(-1 - end) === after.at(-1 - end)) end++;
  let start = 0;
  while (start < most - end && before[start] === after[start]) start++;
  while (end < most - start && before.at(-1 - end) === after.at(-1 - end)) end++;
  const upTo = before.length - end; // [start, upTo) of `before` was replaced
  const by = after.length - before.length;
  return tags.flatMap((tag) => {
    if (tag.end <= start) return [tag];
    if (tag.start >= upTo) return [{ ...tag, start: tag.start + by, end: tag.end + by }];
    return [];
  });
}

// Known entities whose labels have come back into the text (undone, pasted) are tags again.
export function found(text, tags, entities) {
  const all = [...tags];
  for (const entity of entities) {
    const words = label(entity);
    for (let at = text.indexOf(words); at !== -1; at = text.indexOf(words, at + words.length)) {
      const range = { start: at, end: at + words.length, entity };
      if (!all.some((tag) => tag.start < range.end && range.start < tag.end)) all.push(range);
    }
  }
  return all.sort((one, other) => one.start - other.start);
}

// Pieces in order, each with its tag or null.
export function pieces(text, tags) {
  const all = [];
  let at = 0;
  for (const tag of tags) {
    if (tag.start > at) all.push({ text: text.slice(at, tag.start), tag: null });
    all.push({ text: text.slice(tag.start, tag.end), tag });
    at = tag.end;
  }
  if (at < text.length) all.push({ text: text.slice(at), tag: null });
  return all;
}

// As the protocol has it: text and tags in order. The space that was put behind a last tag is not part of the message.
export function partsOf(text, tags) {
  if (tags.length) text = text.trimEnd();
  return pieces(text, tags).map(({ text: words, tag }) =>
    tag
      ? {
          type: "input_tag",
          id: tag.entity.id,
          text: tag.entity.title,
          group: tag.entity.group || null,
          interactive: Boolean(tag.entity.interactive),
          data: tag.entity.data ?? {},
        }
      : { type: "input_text", text: words },
  );
}

export function fromParts(parts) {
  let text = "";
  const tags = [];
  for (const part of parts) {
    if (part.type !== "input_tag") {
      text += part.text ?? "";
      continue;
    }
    const { id, group, interactive, data } = part;
    const entity = { id, title: part.text, group: group ?? "", interactive, data: data ?? {} };
    tags.push({ start: text.length, end: text.length + label(entity).length, entity });
    text += label(entity);
  }
  return { text, tags };
}
