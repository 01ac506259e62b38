// Real JPEG files, each with a content of its own: a comment with chance in it is put into a picture.
import { photoOf } from "../phone.mjs";

export function picturesFrom(jpegs) {
  const bases = jpegs.map((text) => Buffer.from(text, "base64"));
  return (chance) => {
    const base = chance.of(bases);
    const note = Buffer.alloc(16);
    for (let i = 0; i < note.length; i += 4) note.writeUInt32BE(chance.upTo(2 ** 32), i);
    const comment = Buffer.concat([Buffer.from([0xff, 0xfe, 0, note.length + 2]), note]);
    return photoOf(Buffer.concat([base.subarray(0, 2), comment, base.subarray(2)]));
  };
}
