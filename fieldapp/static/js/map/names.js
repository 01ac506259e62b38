// Names of places for readers of English: pinyin in words, "Lalin Manzu Zhen", before the Chinese name.
import { isEnglish } from "./words.js";

// The parts of a name that are words of their own; what stands before them is one word.
const PARTS =
  /(蒙古族|朝鲜族|锡伯族|达斡尔族|鄂伦春族|鄂温克族|赫哲族|满族|回族|民族|自治县|街道|林场|农场|镇|乡|市|区|县)$/u;

export function pinyinWords(name, pinyin) {
  const syllables = (pinyin ?? "").split(/\s+/u).filter(Boolean);
  if (!syllables.length || syllables.length !== [...name].length) return pinyin || name;
  const words = [];
  let rest = name;
  for (let part = PARTS.exec(rest); part && part[0] !== rest; part = PARTS.exec(rest)) {
    words.unshift(syllables.splice(-part[0].length).join(""));
    rest = rest.slice(0, part.index);
  }
  words.unshift(syllables.join(""));
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(" ");
}

// As the map writes it, where there is little room, and as tables and panel do.
export const mapName = (name, pinyin) => (isEnglish() ? pinyinWords(name, pinyin) : name);

export function fullName(name, pinyin) {
  const words = mapName(name, pinyin);
  return words === name ? name : `${words} ${name}`;
}
