// @ts-check
/** Friendly names for sessions that have chosen none: made of the session's id, so that all pages show the same one. */
import { language } from "./i18n.js";

const LISTS = {
  en: {
    adjectives:
      "Amber Bold Brave Bright Calm Clever Cosy Curious Eager Fair Fleet Gentle Glad Golden Happy Jolly Keen Kind Lively Lucky Merry Mild Nimble Patient Plucky Proud Quick Quiet Silver Sunny Swift Witty",
    animals:
      "Badger Bear Beaver Bison Crane Crow Deer Dolphin Eagle Falcon Finch Fox Gecko Hare Hawk Heron Ibex Jay Koala Lark Lynx Marten Moose Otter Owl Panda Puffin Robin Seal Swan Tiger Wren",
    join: " ",
  },
  zh: {
    adjectives:
      "琥珀 大胆 勇敢 明亮 沉静 聪明 舒适 好奇 热心 公正 飞快 温柔 欣喜 金色 快乐 欢快 敏锐 善良 活泼 幸运 愉快 温和 灵巧 耐心 胆大 自豪 迅捷 安静 银色 阳光 敏捷 机智",
    animals:
      "獾 熊 河狸 野牛 鹤 乌鸦 鹿 海豚 鹰 猎隼 雀 狐狸 壁虎 野兔 苍鹰 鹭 羱羊 松鸦 考拉 云雀 猞猁 貂 驼鹿 水獭 猫头鹰 熊猫 海鹦 知更鸟 海豹 天鹅 老虎 鹪鹩",
    join: "的",
  },
};
const adjectives = LISTS[language].adjectives.split(" ");
const animals = LISTS[language].animals.split(" ");

/** FNV-1a, with its high bits mixed into the low ones that are used. @param {string} text @returns {number} */
export function hash(text) {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  }
  return (value ^ (value >>> 15)) >>> 0;
}

/** @param {string} id of a session @returns {string} */
export function nickname(id) {
  const value = hash(id);
  return adjectives[value % adjectives.length] + LISTS[language].join + animals[(value >>> 5) % animals.length];
}
