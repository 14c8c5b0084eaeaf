"""Numbers in a message: age, duration, temperature, weeks of pregnancy, blood glucose, blood pressure and the like.

Every pattern is anchored on digits or a number word and has bounded repeats, so none backtracks badly.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17,
    "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70,
    "eighty": 80, "ninety": 90, "a couple of": 2, "couple of": 2,
    "couple": 2,
    "a few": 3, "few": 3, "several": 4, "half an": 0.5, "half a": 0.5, "a": 1, "an": 1, "a couple": 2,
}  # fmt: skip
_HOURS = {"min": 1 / 60, "minute": 1 / 60, "hour": 1.0, "hr": 1.0, "h": 1.0, "day": 24.0, "d": 24.0, "night": 24.0,
          "week": 168.0, "wk": 168.0, "w": 168.0, "fortnight": 336.0, "month": 730.0, "mo": 730.0, "m": 730.0,
          "mth": 730.0, "year": 8766.0, "yr": 8766.0, "y": 8766.0}  # fmt: skip
_YEAR_HOURS = 8766.0
_COUNT = (
    r"(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)"
    r"(?:[ -](?:one|two|three|four|five|six|seven|eight|nine))?"
    r"|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
    r"|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen"
)
_NUMBER = (
    rf"(?P<n>\d{{1,3}}(?:\.\d{{1,2}})?|{_COUNT}"
    r"|a couple of|a couple|couple of|couple|a few|few|several|half an|half a|an|a)"
)
_UNIT = r"(?P<u>minutes?|mins?|hours?|hrs?|days?|nights?|weeks?|wks?|months?|mths?|mos?|years?|yrs?|fortnight|h|d)"
_AGES = (
    re.compile(
        rf"(?<![\w.]){_NUMBER}[ -]{{0,2}}(?P<u>days?|weeks?|wks?|months?|mths?|mos?|years?|yrs?)[ -]{{1,2}}olds?\b"
    ),
    re.compile(r"(?<![\w.])(?P<n>\d{1,3})[ -]?(?P<u>yo|y/o|y\.o|yrold|yearold)\b"),
    re.compile(r"(?<![\w.])(?P<n>\d{1,2})[ -]?(?P<u>mo|m/o|wo|w/o)\b(?! (?:ago|pregnant))"),
    re.compile(
        r"\b(?:aged?|age is|age:) ?(?P<n>\d{1,3})\b(?! ?(?:minutes|hours|days|weeks))(?: ?"
        r"(?P<u>months?|weeks?|days?))?"
    ),
    re.compile(
        r"\b(?P<self>i'?m|i am) (?:a |an )?(?P<n>\d{1,3})(?=$|[,.;!?)]|\s(?!(?:weeks?|wks?"
        r"|months?|days?|hours?|mins?|minutes?|%|mg)\b))"
    ),
    re.compile(
        r"\b(?:(?:he|she|who|mum|mom|mother|dad|father|nan|gran|grandma|grandad|grandpa|wife|husband|son|daughter"
        r"|brother|sister|baby|boy|girl)(?:'s| is| turned)) (?:only |just |about |nearly |almost )?"
        rf"(?P<n>\d{{1,3}}|{_COUNT})"
        r"(?=$|[,.;!?)](?!\d)|\s(?:and|with|now|has|years|on|last)\b(?! (?:a|the) (?:bit|half)))"
    ),
    re.compile(r"(?<![\w.])(?P<n>\d{1,3})[ ]?(?P<u>[mf])\b(?! ?(?:old|\w{0,2}l))"),
    re.compile(rf"(?<![\w.]){_NUMBER}[ -]{{0,2}}(?P<u>h|hrs?|hours?|m|d|w|y) ?olds?\b"),
    re.compile(
        rf"\b(?:baby|babe|infant|newborn|son|daughter|girl|boy|lad|toddler|child|kid|nephew"
        rf"|niece|grandson|granddaughter|he|she)"
        rf"(?: is| has|'s)? (?:only |just |about |now )?{_NUMBER} (?P<u>days?|weeks?|wks?"
        rf"|months?|mths?|years?|yrs?)\b(?! (?:ago|now|later|of|pregnant|since))"
    ),
    re.compile(
        r"\b(?:mum|mom|mother|dad|father|nan|gran|grandma|grandad|grandpa|wife|husband|aunt"
        r"|uncle|son|daughter|girl|boy|in-law|brother|sister|partner|friend)"
        r"(?:, ?| ?\(|,? aged? )(?P<n>\d{1,3})(?=[,.);]| (?:and|with|has|is)\b)"
    ),
    re.compile(r"^\W{0,2}(?P<n>\d{2})(?=[,.] )"),
    re.compile(
        r"^\W{0,2}(?P<n>\d{1,2}) (?P<u>months?|weeks?|wks?)(?=, (?:hot|fever|temp|crying|not"
        r"|won|vomit|cough|sick|has|very|screaming|off))"
    ),
)
_LIFE_STAGES = ((re.compile(r"\bnew ?-?borns?\b|\bneonate\b"), 14 / 365.25), (re.compile(r"\btoddlers?\b"), 2.0),
                (re.compile(r"\bteenage(?:r|d)?\b"), 15.0),
                (re.compile(r"\bin (?:his|her|their|my) (?:early |mid |late )?(?:60s|sixties)\b"), 65.0),
                (re.compile(r"\bin (?:his|her|their|my) (?:early |mid |late )?(?:70s|seventies)\b"), 75.0),
                (re.compile(r"\bin (?:his|her|their|my) (?:early |mid |late )?(?:80s|90s|eighties|nineties)\b"), 85.0),
                )  # fmt: skip
_DURATIONS = (
    re.compile(

            rf"\b(?:for|since|past|last|over|within|about|around|nearly|almost|x)? ?(?:the )?"
            rf"(?:past |last )?(?:about |around |over |nearly )?"
        rf"(?<![\w.]){_NUMBER}[ -]{{0,2}}{_UNIT}\b(?! ?(?:old|pregnant|along|post|of age|gestation))"
    ),
    re.compile(
        r"\b(?P<w>since (?:this morning|yesterday|last night|last week|lunch|breakfast|monday"
        r"|tuesday|wednesday|thursday"

                   r"|friday|saturday|sunday|the weekend)|just (?:now|started)|all (?:day|night|week)"
                   r"|this morning|last night"
               r"|yesterday|today|overnight|for (?:hours|days|weeks|months|years)|an hour ago|right now)\b"),
)  # fmt: skip
_SINCE = {"since this morning": 8, "since yesterday": 30, "since last night": 14, "since last week": 168,
          "since lunch": 5,
          "since breakfast": 8, "just now": 0.1, "just started": 0.5, "all day": 14, "all night": 10, "all week": 120,
          "this morning": 8, "last night": 14, "yesterday": 30, "today": 12, "overnight": 10, "for hours": 6,
          "for days": 72, "for weeks": 400, "for months": 2200, "for years": 17532, "an hour ago": 1,
          "since the weekend": 72, "right now": 0.1}  # fmt: skip
_FREQUENCY = re.compile(r"(?:every|each|per|q|once|times|twice)[ \w]{0,4}$")
_TEMPERATURE = re.compile(
    r"(?<![\w./])(?P<v>\d{2,3}(?:[.,]\d{1,2})?)(?![\d/]) {0,2}(?P<d>°|degrees?|deg)? {0,2}"
    r"(?P<u>c|f|celsius|centigrade|fahrenheit)?\b"
)
# "38.3" alone: no other number that people write about health looks like it, BMI and weight apart.
_BARE_TEMPERATURE = re.compile(r"3[5-9][.,]\d|4[0-2][.,]\d|10[0-6]\.\d")
_TEMPERATURE_WORDS = re.compile(r"temp|fever|degree|°|thermometer|febrile")
_NOT_TEMPERATURE = re.compile(
    r" ?(?:mg|mcg|ml|bpm|years?|yo|y/o|days?|weeks?|months?|hours?|%|pills?|tablets?"
    r"|units?|times|kg|lbs?|kilos|pounds|bmi|cm|minutes?|mins?)\b|[%/]"
)
_PREGNANCY = (
    re.compile(
        r"(?<![\w.])(?P<n>\d{1,2}) ?(?:\+ ?\d ?)?(?P<u>weeks?|wks?|w|months?)"
        r"(?: \d days?)?[ -](?:pregnant|preg|gestation|along|gestational|prego)\b"
    ),
    re.compile(
        r"\bpregnant,? (?:and )?(?:at |with |about |i'?m |of |\()?(?P<n>\d{1,2}) ?(?P<u>weeks?"
        r"|wks?|months?)\b"
    ),
    re.compile(
        r"\b(?:i'?m|i am|at|she'?s|she is|nearly|almost) (?P<n>[4-9]|[1-3]\d|4[0-2]) ?(?P<u>weeks?|wks?)\b"
        r"(?! ?(?:old|ago|later|post|after|out|since|from|into|on|pp|of))"
    ),
    # From 20 weeks a bare number of weeks, set off by commas, is nearly always a pregnancy and rarely a duration.
    re.compile(r"(?:^|[.!?,] ?|\()(?P<n>2\d|3\d|4[0-2]) ?(?P<u>weeks?|wks?)(?=[.,;!?)]|$| (?:and|with)\b)"),
    re.compile(
        r"(?<!for )(?<!last )(?<!past )(?<!the )(?<!in )(?<!every )(?<!about )(?<!over )(?<!after )"
        r"\b(?P<n>2\d|3\d|4[0-2]) ?(?P<u>weeks?|wks?)(?=[.;!?)]|$)"
    ),
    re.compile(
        r"(?:^|[.!?] ?)(?P<n>2\d|3\d|4[0-2]) ?(?P<u>weeks?|wks?)\b"
        r"(?! ?(?:old|ago|later|of|post|since|after|on|in|into|now of|from|to)\b)"
    ),
)
_GLUCOSE = re.compile(
    r"\b(?:blood sugars?|sugars?|glucose|glucometer|cgm|libre|dexcom|bgl?|cbg|bm|hypo|"
    r"(?:meter|monitor) (?:says|reads|said|shows))\b[^.!?\n\d]{0,40}?(?P<v>\d{1,4}"
    r"(?:\.\d{1,2})?)(?! ?(?:hours?|weeks?|days?|am|pm))"
    r" {0,2}(?P<u>mmol|mg)?"
)
_PRESSURE = re.compile(r"(?<![\d/.])(?P<s>\d{2,3}) ?(?:/|over) ?(?P<d>\d{2,3})(?![\d/])")
_LABELLED = (
    ("oxygen_saturation_pct", 40.0, 100.0,
     re.compile(r"\b(?:oxygen|o2|sats?|spo2|saturation|oximeter|pulse ox)\b[^.!?\n\d]{0,30}(?P<v>\d{2,3})\b")),
    ("heart_rate_bpm", 20.0, 300.0,
     re.compile(
         r"\b(?:heart ?rate|heart ?beat|pulse|hr|heart)\b[^.!?\n\d]{0,30}(?P<v>\d{2,3})\b(?! ?"
         r"(?:years|days|weeks|hours|mins|minutes|mg|/))")),
    ("heart_rate_bpm", 20.0, 300.0, re.compile(r"(?<![\w.])(?P<v>\d{2,3}) ?bpm\b")),
    ("potassium_mmol_l", 1.5, 10.0, re.compile(
        r"\b(?:potassium|k\+)\b[^.!?\n\d]{0,30}(?P<v>\d(?:\.\d)?)\b(?! ?(?:mg|times|days"
        r"|weeks))")),
    ("inr", 0.5, 20.0, re.compile(r"\binr\b[^.!?\n\d]{0,25}(?P<v>\d{1,2}(?:\.\d)?)\b")),
    ("ketones_mmol_l", 0.1, 12.0, re.compile(r"\bketones?\b[^.!?\n\d]{0,25}(?P<v>\d{1,2}(?:\.\d)?)\b(?! ?\+)")),
)  # fmt: skip
_UNIT_LETTERS = {"f": 1.0, "m": 1.0, "yo": 1.0, "y/o": 1.0, "y.o": 1.0, "yrold": 1.0, "yearold": 1.0}


@dataclass(frozen=True, slots=True)
class Measure:
    """A value with its span in the normalised text; `hint` is "self" where the words say "I'm 45"."""

    name: str
    value: float
    start: int
    end: int
    hint: str = ""


def measures(text: str) -> list[Measure]:
    """All measurements in normalised text, by position; durations are `duration_hours`, ages `age_years`."""
    ages = list(_unique(_ages(text)))
    weeks = list(_unique(_pregnancy(text)))
    taken = ages + weeks
    found = taken + [d for d in _durations(text) if not _overlaps(d, taken)]
    found += _temperatures(text, taken)
    found += _glucose(text)
    found += _pressures(text)
    found += _labelled(text)
    return sorted(found, key=lambda m: (m.start, m.name))


def _unique(items: Iterator[Measure]) -> Iterator[Measure]:
    kept: list[Measure] = []
    for item in items:
        if not _overlaps(item, kept):
            kept.append(item)
            yield item


def _overlaps(item: Measure, others: list[Measure]) -> bool:
    return any(item.start < o.end and o.start < item.end for o in others)


def _number(text: str) -> float:
    if text in _WORDS:
        return float(_WORDS[text])
    tens, _, ones = text.replace("-", " ").partition(" ")
    return float(_WORDS[tens] + _WORDS[ones]) if ones else float(text)


def _unit_hours(unit: str) -> float:
    if unit in ("m/o", "mo"):
        return _HOURS["month"]
    if unit in ("w/o", "wo"):
        return _HOURS["week"]
    return _HOURS[unit] if unit in _HOURS else _HOURS[unit.rstrip("s")]


def _ages(text: str) -> Iterator[Measure]:
    for pattern in _AGES:
        for match in pattern.finditer(text):
            groups = match.groupdict()
            unit = groups.get("u") or "yo"
            months = unit == "m" and match.group().endswith("old")
            letter = None if months else _UNIT_LETTERS.get(unit)
            years = _number(groups["n"]) * (letter or _unit_hours(unit) / _YEAR_HOURS)
            if years <= 120:
                hint = "self" if groups.get("self") else ""
                yield Measure("age_years", years, match.start(), match.end(), hint)
    for pattern, years in _LIFE_STAGES:
        for match in pattern.finditer(text):
            yield Measure("age_years", years, match.start(), match.end(), "stage")


def _durations(text: str) -> Iterator[Measure]:
    for match in _DURATIONS[0].finditer(text):
        if _FREQUENCY.search(text[max(0, match.start() - 8) : match.start("n")]):
            continue
        hours = _number(match["n"]) * _unit_hours(match["u"])
        yield Measure("duration_hours", hours, match.start("n"), match.end())
    for match in _DURATIONS[1].finditer(text):
        hours = _SINCE.get(match["w"], 72.0)
        yield Measure("duration_hours", float(hours), match.start(), match.end())


def _temperatures(text: str, taken: list[Measure]) -> list[Measure]:
    found = []
    for match in _TEMPERATURE.finditer(text):
        around = text[max(0, match.start() - 40) : match.end() + 12]
        bare = _BARE_TEMPERATURE.fullmatch(match["v"]) is not None
        if not (match["u"] or match["d"] or bare or _TEMPERATURE_WORDS.search(around)):
            continue
        if _NOT_TEMPERATURE.match(text, match.end("v")):
            continue
        celsius = _celsius(float(match["v"].replace(",", ".")), match["u"] or "")
        item = Measure("temperature_c", celsius, match.start(), match.end())
        if 25 <= celsius <= 45 and not _overlaps(item, taken):
            found.append(item)
    return found


def _celsius(value: float, unit: str) -> float:
    fahrenheit = unit.startswith("f") or (not unit and value >= 80)
    return round((value - 32) * 5 / 9, 2) if fahrenheit else value


def _pregnancy(text: str) -> Iterator[Measure]:
    for pattern in _PREGNANCY:
        for match in pattern.finditer(text):
            weeks = float(match["n"]) * (4.345 if match["u"].startswith("m") else 1)
            if weeks <= 45:
                yield Measure("pregnancy_weeks", round(weeks, 1), match.start(), match.end())


def _glucose(text: str) -> list[Measure]:
    found = []
    for match in _GLUCOSE.finditer(text):
        value = float(match["v"])
        # mg/dL and mmol/L don't overlap in people who can type: 34 mg/dL is 1.9 mmol/L, 33.9 mmol/L is 610 mg/dL.
        milligrams = match["u"] == "mg" or (match["u"] is None and value >= 34)
        mmol = value / 18.016 if milligrams else value
        if 0.5 <= mmol <= 80:
            found.append(Measure("glucose_mmol_l", round(mmol, 1), match.start(), match.end()))
    return found


def _pressures(text: str) -> list[Measure]:
    found = []
    for match in _PRESSURE.finditer(text):
        systolic, diastolic = float(match["s"]), float(match["d"])
        if 50 <= systolic <= 280 and 25 <= diastolic <= 180 and systolic > diastolic + 9:
            found.append(Measure("systolic_mmhg", systolic, match.start(), match.end()))
            found.append(Measure("diastolic_mmhg", diastolic, match.start(), match.end()))
    return found


def _labelled(text: str) -> list[Measure]:
    found = []
    for name, low, high, pattern in _LABELLED:
        for match in pattern.finditer(text):
            value = float(match["v"])
            if low <= value <= high:
                found.append(Measure(name, value, match.start(), match.end()))
    return found
