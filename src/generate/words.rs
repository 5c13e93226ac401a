//! Names and other texts, made up: no firm, place or person is meant.

use super::chance::Dice;

/// A character and its reading, of which names are made.
const SYLLABLES: [(&str, &str); 40] = [
    ("威", "Wei"),
    ("康", "Kang"),
    ("达", "Da"),
    ("瑞", "Rui"),
    ("吉", "Ji"),
    ("华", "Hua"),
    ("新", "Xin"),
    ("健", "Jian"),
    ("信", "Xin"),
    ("海", "Hai"),
    ("东", "Dong"),
    ("明", "Ming"),
    ("博", "Bo"),
    ("安", "An"),
    ("天", "Tian"),
    ("宁", "Ning"),
    ("迪", "Di"),
    ("沙", "Sha"),
    ("高", "Gao"),
    ("因", "Yin"),
    ("佳", "Jia"),
    ("德", "De"),
    ("福", "Fu"),
    ("泰", "Tai"),
    ("恒", "Heng"),
    ("正", "Zheng"),
    ("科", "Ke"),
    ("元", "Yuan"),
    ("盛", "Sheng"),
    ("美", "Mei"),
    ("联", "Lian"),
    ("通", "Tong"),
    ("凯", "Kai"),
    ("思", "Si"),
    ("维", "Wei"),
    ("诺", "Nuo"),
    ("赛", "Sai"),
    ("启", "Qi"),
    ("卓", "Zhuo"),
    ("立", "Li"),
];
const BASE: u64 = SYLLABLES.len() as u64;

/// What companies do, in their names.
const TRADES: [(&str, &str); 12] = [
    ("医疗器械", "Medical Devices"),
    ("医疗科技", "Medical Technology"),
    ("生物医药", "Biopharma"),
    ("生物科技", "Biotech"),
    ("医用材料", "Medical Materials"),
    ("影像设备", "Imaging"),
    ("诊断技术", "Diagnostics"),
    ("康复器具", "Rehabilitation"),
    ("精密导管", "Precision Catheters"),
    ("智能装备", "Intelligent Equipment"),
    ("齿科材料", "Dental Materials"),
    ("眼科器械", "Ophthalmic Devices"),
];

/// Sections of documents.
pub(super) const SECTIONS: &[&str] =
    &["一", "二", "三", "四", "二、（一）", "二、（二）", "三、（一）", "附件", "题头", "名录"];
/// What is delivered.
pub(super) const GOODS: &[&str] = &[
    "导管",
    "芯片",
    "包材",
    "钢针",
    "传感器",
    "医用硅胶",
    "高分子粒料",
    "电机",
    "注塑件",
    "灭菌服务",
    "线束",
    "显示屏",
    "滤膜",
    "试剂原料",
    "钛合金棒材",
    "精密弹簧",
];
const DEVICES: [&str; 14] = [
    "输液器",
    "留置针",
    "支架",
    "球囊导管",
    "监护仪",
    "内窥镜",
    "透析器",
    "人工关节",
    "起搏器",
    "超声仪",
    "检测试剂盒",
    "牙种植体",
    "人工晶体",
    "助听器",
];
const SECTOR_WORDS: [&str; 12] = [
    "医用耗材",
    "体外诊断",
    "医学影像",
    "植介入器械",
    "康复辅具",
    "齿科",
    "眼科",
    "手术机器人",
    "医用材料",
    "生命支持",
    "医美器械",
    "精准医疗",
];

/// Two syllables of a number, and their reading; numbers that differ by less than 1,600 have different ones.
fn pair(number: u64) -> (String, String) {
    let [a, b] = [number / BASE % BASE, number % BASE].map(|at| SYLLABLES[at as usize]);
    (format!("{}{}", a.0, b.0), format!("{}{}", a.1, b.1.to_lowercase()))
}

/// A name that no other company has: brand in Chinese and English, and what it does. The seed says in which order they come.
pub(super) fn company(seed: u64, number: u32) -> (String, String, (&'static str, &'static str)) {
    let all = BASE * BASE * BASE * TRADES.len() as u64 * 4;
    // A step that shares no factor with the number of names visits each once.
    let at = (u64::from(number) * 1_048_583 + seed % all) % all;
    let (brand, trade) = (at / TRADES.len() as u64, TRADES[(at % TRADES.len() as u64) as usize]);
    let (zh, en) = pair(brand % (BASE * BASE));
    let third = SYLLABLES[(brand / (BASE * BASE) % BASE) as usize];
    let fourth = ["", "特", "尔", "生"][(brand / (BASE * BASE * BASE) % 4) as usize];
    let fourth_en = ["", "te", "er", "sheng"][(brand / (BASE * BASE * BASE) % 4) as usize];
    (format!("{zh}{}{fourth}", third.0), format!("{en}{}{fourth_en}", third.1.to_lowercase()), trade)
}

/// How many companies can have names of their own.
pub(super) const MOST_COMPANIES: u32 = 2_000_000;

/// A brand, drawn.
pub(super) fn brand(dice: &mut Dice) -> String {
    pair(u64::from(dice.below((BASE * BASE) as u32))).0
}

/// A product of a brand.
pub(super) fn product(dice: &mut Dice, brand: &str, model: u32) -> String {
    let device = dice.pick(&DEVICES).unwrap_or("器械");
    format!("{brand}{device}{}{model}", ["A", "B", "M", "X"][dice.below(4) as usize])
}

/// A place by its number and what it is: 市, 县.
pub(super) fn place(number: u32, offset: u64, suffix: &str, suffix_en: &str) -> (String, String) {
    let (zh, en) = pair(u64::from(number) * 7 + offset);
    // Counties are more than there are pairs: another syllable tells those apart that share one.
    let turn = u64::from(number) * 7 / (BASE * BASE);
    let third = SYLLABLES[(turn % BASE) as usize];
    if turn == 0 {
        (format!("{zh}{suffix}"), format!("{en} {suffix_en}"))
    } else {
        (format!("{zh}{}{suffix}", third.0), format!("{en}{} {suffix_en}", third.1.to_lowercase()))
    }
}

/// A sector by its number.
pub(super) fn sector(number: u32) -> String {
    let word = SECTOR_WORDS[number as usize % SECTOR_WORDS.len()];
    match number as usize / SECTOR_WORDS.len() {
        0 => format!("{word}产业"),
        turn => format!("{}{word}", ["高端", "数字化", "家用", "一次性"][(turn - 1) % 4]),
    }
}

/// A name of two syllables for a lab, a hospital, a park, with a number that tells it from others.
pub(super) fn numbered(seed: u64, number: u32, what: &str) -> String {
    let (zh, _) = pair(u64::from(number) * 11 + seed % 1_597);
    match number / 1_600 {
        0 => format!("{zh}{what}"),
        turn => format!("{zh}第{turn}{what}"),
    }
}

/// A person.
pub(super) fn person(dice: &mut Dice) -> String {
    let family = dice.pick(&["王", "李", "张", "刘", "陈", "杨", "赵", "周", "吴", "徐"]).unwrap_or("王");
    format!("{family}{}", brand(dice))
}
