//! How a name is read: pinyin and initials.

use pinyin::ToPinyin;

/// Characters that names have in more than one reading; the crate's table gives each its usual one alone. Rare readings are left out on purpose:
/// they would make `weigou` of 机构.
const READINGS: &[(char, &[&str])] = &[
    ('重', &["chong", "zhong"]),
    ('长', &["chang", "zhang"]),
    ('乐', &["yue", "le"]),
    ('厦', &["xia", "sha"]),
    ('行', &["hang", "xing"]),
    ('会', &["kuai", "hui"]),
    ('都', &["du", "dou"]),
    ('单', &["shan", "dan"]),
    ('朝', &["chao", "zhao"]),
    ('调', &["tiao", "diao"]),
    ('传', &["chuan", "zhuan"]),
    ('弹', &["tan", "dan"]),
    ('藏', &["zang", "cang"]),
    ('曾', &["zeng", "ceng"]),
    ('解', &["xie", "jie"]),
    ('盛', &["sheng", "cheng"]),
    ('车', &["che", "ju"]),
    ('贾', &["jia", "gu"]),
    ('率', &["lü", "shuai"]),
    ('参', &["shen", "can"]),
    ('血', &["xue", "xie"]),
    ('壳', &["ke", "qiao"]),
    ('泊', &["bo", "po"]),
    ('绿', &["lü", "lu"]),
    ('六', &["liu", "lu"]),
    ('尉', &["wei", "yu"]),
    ('蔚', &["wei", "yu"]),
    ('柏', &["bai", "bo"]),
    ('翟', &["zhai", "di"]),
    ('牟', &["mu", "mou"]),
    ('蚌', &["beng", "bang"]),
    ('番', &["pan", "fan"]),
    ('阿', &["a", "e"]),
    ('莘', &["shen", "xin"]),
    ('宿', &["su", "xiu"]),
    ('降', &["jiang", "xiang"]),
    ('模', &["mo", "mu"]),
    ('粘', &["nian", "zhan"]),
    ('塞', &["sai", "se"]),
    ('校', &["xiao", "jiao"]),
    ('便', &["bian", "pian"]),
    ('核', &["he", "hu"]),
    ('拓', &["tuo", "ta"]),
    ('圩', &["wei", "xu"]),
    ('洞', &["dong", "tong"]),
    ('铅', &["qian", "yan"]),
    ('茜', &["qian", "xi"]),
    ('仇', &["chou", "qiu"]),
    ('区', &["qu", "ou"]),
    ('咽', &["yan", "ye"]),
];

/// How many other readings one name has at most: 长三角 is `zhangsanjiao` to a table of characters and `changsanjiao` to people.
const MOST_OTHERS: usize = 4;

/// A folded name as it is typed on a keyboard without Han characters.
pub(super) struct Reading {
    /// Syllables without tones; letters and digits of the name stay where they are: `3ddayin`.
    pub full: String,
    /// The first letter of each syllable, letters and digits likewise: `3ddy`.
    pub initials: String,
}

/// The readings of a folded name: the usual one, then those in which one character is read otherwise, from the left, a few. None of a name with fewer
/// than two Han characters.
pub(super) fn readings(folded: &str) -> Vec<Reading> {
    let usual: Vec<(char, Option<&str>)> = folded.chars().map(|c| (c, c.to_pinyin().map(|p| p.plain()))).collect();
    if usual.iter().filter(|(_, syllable)| syllable.is_some()).count() < 2 {
        return Vec::new();
    }
    let mut all = vec![reading(&usual, None)];
    let others = usual.iter().enumerate().flat_map(|(at, (c, usual))| others(*c, *usual).map(move |other| (at, other)));
    all.extend(others.take(MOST_OTHERS).map(|other| reading(&usual, Some(other))));
    all
}

/// Readings of a character beside the usual one.
fn others(c: char, usual: Option<&str>) -> impl Iterator<Item = &'static str> {
    let known = READINGS.iter().find(|(several, _)| *several == c).map_or(&[][..], |(_, readings)| readings);
    known.iter().copied().filter(move |syllable| Some(*syllable) != usual)
}

fn reading(usual: &[(char, Option<&str>)], other: Option<(usize, &str)>) -> Reading {
    let mut reading = Reading { full: String::new(), initials: String::new() };
    for (at, (c, syllable)) in usual.iter().enumerate() {
        match other.filter(|(place, _)| *place == at).map(|(_, syllable)| syllable).or(*syllable) {
            Some(syllable) => {
                reading.full.extend(syllable.chars().map(super::typed));
                reading.initials.extend(syllable.chars().next().map(super::typed));
            }
            None => {
                reading.full.push(*c);
                reading.initials.push(*c);
            }
        }
    }
    reading
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full(name: &str) -> Vec<String> {
        readings(name).into_iter().map(|r| format!("{} {}", r.full, r.initials)).collect()
    }

    #[test]
    fn characters_with_several_readings() {
        assert_eq!(full("重庆"), ["zhongqing zq", "chongqing cq"]);
        assert_eq!(full("厦门"), ["shamen sm", "xiamen xm"]);
        assert_eq!(full("长三角"), ["zhangsanjiao zsj", "changsanjiao csj"]);
        assert_eq!(full("会都长重行乐").len(), 1 + MOST_OTHERS);
        // Read in no other way than these, of which one is the usual one.
        for (c, readings) in READINGS {
            let usual = c.to_pinyin().map(|p| p.plain());
            assert!(usual.is_some_and(|usual| readings.contains(&usual)), "{c} is {usual:?}");
        }
    }

    #[test]
    fn letters_stay_and_u_with_dots_is_typed_v() {
        assert_eq!(full("3d打印"), ["3ddayin 3ddy"]);
        assert_eq!(full("吕女"), ["lvnv ln"]);
        assert!(full("x光").is_empty());
    }
}
