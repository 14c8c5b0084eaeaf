"""Safety nets in the words of frightened people, and everyday messages that must set none of them off."""

from __future__ import annotations

import pytest

from bedside.triage import service
from bedside.triage.schemas import Level, TriageInput

SAFETY_NETS = [
    (
        "breathing.asthma-severe",
        "asthma, still tight after ten puffs of my inhaler",
        "asthma review due, breathing well",
    ),
    (
        "breathing.asthma-attack",
        "he has COPD and his lips have gone blue",
        "he has COPD and his colour is good",
    ),
    (
        "chest-pain.no-chest-pain",
        "ache in both jaws since mowing the lawn and I'm clammy",
        "my jaw clicks, I'm not sweating",
    ),
    (
        "chest-pain.dread",
        "heart racing and I'm sure I'm about to die",
        "my heart is steady and I feel calm",
    ),
    (
        "head-injury.memory",
        "came off my bike on my head and can't remember the ride home",
        "came off my bike, scraped my knee",
    ),
    (
        "head-injury.older-fall",
        "Mum is 81, banged her head on the bath yesterday and has a headache",
        "Mum is 81 and has no head injury",
    ),
    (
        "general.two-danger-signs",
        "he's grey and sweating and I don't know why",
        "he isn't grey and isn't sweating",
    ),
    (
        "bleeding.clotting-disorder",
        "I have haemophilia and my knee has blown up hot and tight",
        "I have haemophilia, no bleeds this year",
    ),
    (
        "bleeding.antiplatelet-not-stopping",
        "on clopidogrel, nose bleed for an hour, won't stop",
        "on clopidogrel, no nose bleed",
    ),
    (
        "bleeding.liver",
        "cirrhosis, brought up a bowlful of fresh red blood",
        "cirrhosis, no bleeding",
    ),
    (
        "newborn-child.bilious",
        "my newborn's vomit is bright green",
        "my newborn's vomit is milky",
    ),
    (
        "newborn-child.spasms",
        "my baby's arms fly out and she folds forward over and over in clusters",
        "my baby is kicking happily",
    ),
    (
        "injury.dislocated",
        "I fell and my shoulder has popped out of its socket",
        "I fell and my shoulder is fine",
    ),
    (
        "injury.no-blood-supply",
        "my left foot has gone cold and white and it's agony",
        "my feet are warm",
    ),
    (
        "poisoning.caustic",
        "he drank drain cleaner",
        "he did not touch the drain cleaner",
    ),
    (
        "poisoning.child-many",
        "my 3 year old swallowed my tablets, the box is empty",
        "my 3 year old has never touched my tablets",
    ),
    (
        "substance.withdrawal-severe",
        "stopped drinking two days ago, shaking and pouring with sweat",
        "I have never needed a drink, no shakes",
    ),
    (
        "mental-health.psychosis-danger",
        "he's convinced he's Jesus and hasn't slept for five nights",
        "he sleeps well and hears no voices",
    ),
    (
        "collapse.confused",
        "Grandad is rambling and doesn't know where he is",
        "Grandad is bright and knows where he is",
    ),
]
EVERYDAY = [
    "I need a repeat prescription for my blood pressure tablets please, I've got a week left",
    "Can I book my flu jab and my covid booster at the same visit?",
    "Runny nose and a bit of a cough for three days, sneezing a lot, no temperature",
    "Sore throat since yesterday, can swallow fine, bit croaky, no fever",
    "My ankle is a bit stiff after a long walk on Sunday, I can walk on it fine",
    "I have a small blister on my heel from new shoes",
    "Hay fever is bad this week, itchy eyes and sneezing, which antihistamine is best?",
    "Cold sore on my lip again, started tingling this morning",
    "My toddler has a snotty nose and a tickly cough but is running about and eating well",
    "My nails are brittle and keep splitting, is it a vitamin thing?",
    "I've had a dull ache in my lower back since gardening at the weekend, easing off now",
    "Athlete's foot between my toes, itchy and peeling",
    "My knee clicks when I go up the stairs, no pain, no swelling",
    "Constipated for four days, a bit bloated, otherwise fine",
    "I've been feeling a bit tired for the last couple of months, can I have my iron checked?",
    "Mild headache after too much screen time, paracetamol took it away",
    "My ears feel full of wax and a bit blocked, hearing dull on the left",
    "Acne on my chin getting me down, tried the cream from the pharmacy",
    "A mosquito bite on my arm, red and itchy about the size of a coin",
    "My period is five days late and the test was negative, should I retest?",
    "Heartburn after spicy food, gaviscon helps",
    "Nappy rash on my baby's bottom, red but she's happy and feeding well",
    "Small graze on my knee after falling off my bike, cleaned it, no other injuries",
    "Could you send my test results to my new address?",
    "I grazed my elbow in the garden, washed it with water, it has stopped bleeding",
    "My eyelid has been twitching on and off all week, too much coffee?",
    "I bruise a little on my shins from football, nothing new",
    "Dry skin on my hands from washing up, which cream is good?",
    "My six year old has head lice again, what works?",
    "My shoulder aches after tennis, fine when I rest it",
    "I want to stop smoking, what help is there?",
    "Do I need malaria tablets for a trip to Kenya next month?",
    "Mouth ulcer on the inside of my lip, three days, sore when I eat salty food",
    "My daughter, 7, has a verruca on her foot",
    "I feel a bit sick on long car journeys, what can I take?",
    "Slept funny and my neck is stiff on one side this morning, no fever, no headache",
    "Muscles sore all over after the gym yesterday, second day is the worst",
    "Trouble dropping off to sleep because of the new baby next door",
    "I've a bit of dandruff, tried two shampoos",
    "Tiny nosebleed this morning after blowing my nose, stopped in two minutes",
    "Paper cut on my finger, stings but fine",
    "I burnt my tongue on hot tea, it's a bit sore",
    "Sunburn on my shoulders from yesterday, pink and sore, no blisters",
    "My baby is teething, dribbling and chewing everything, feeding normally",
    "Ingrown toenail a bit sore, no pus",
    "My mum takes warfarin, can she have the shingles vaccine?",
    "Can I take ibuprofen and paracetamol together for a cold?",
    "Is it safe to drink a glass of wine with amoxicillin?",
    "I've pins and needles in my foot when I sit cross legged, goes when I stand up",
    "My hand goes to sleep at night when I lie on it, fine when I shake it",
    "Tickly cough for a week keeping me up, no blood, no breathlessness",
    "Wind and bloating after beans",
    "A stye on my eyelid, a bit sore, vision fine",
    "Thrush again, itchy with white discharge, same as last year",
    "My husband snores loudly and it drives me mad",
    "I'm stressed at work and feel run down, not sleeping great",
    "My son fell over in the playground and scraped both knees, he is playing again",
    "My daughter bumped her forehead on the table, small bruise, cried straight away and is playing happily",
    "Bee sting on my hand an hour ago, bit red and swollen where it stung, no other problems",
    "Itchy eczema patch on the inside of my elbow, need more steroid cream",
    "My toddler had one loose nappy today, drinking well and playing",
    "I've a bit of a tummy ache after a big takeaway, no vomiting",
    "Jaw clicks when I chew, dentist says I grind my teeth",
    "Feeling anxious about my exams, how can I relax?",
    "I get palpitations after too much coffee, none now",
    "Leg cramps at night, gone by morning",
    "My cholesterol letter says 5.6, what should I do?",
    "Forgot my contraceptive pill this morning, took it at lunch",
    "I want to change my GP",
    "Can you fax my sick note to my employer?",
    "The cut on my thumb from Monday is healing well, when can I take the plaster off?",
    "Bit of a hangover, mild headache and thirsty",
    "Lump of wax came out of my ear, normal?",
    "My little one had his jabs yesterday and has a sore red leg",
    "I pulled a muscle in my calf playing football, sore to stretch, I can walk",
    "My feet ache after standing at work all day",
    "I get travel sick, can I take cinnarizine with my hay fever tablets?",
    "Dead tired after night shifts, any tips to sleep in the day?",
    "This cold is killing me, nose totally blocked, no fever",
    "I'm dying for a coffee but pregnant, how much can I have?",
    "My face goes red when I drink wine",
    "My hair is falling out more than usual in the shower",
    "I have a dry mouth at night since starting the hay fever tablets",
    "Hiccups for an hour after lunch, gone now",
    "I've been passing a lot of wind",
    "Bruise on my arm from the blood test yesterday",
    "The blood test left a small bruise, is that normal?",
    "My appetite is great but I'm gaining weight",
    "My back went stiff after driving, loosens up when I walk",
    "Do I need a tetanus booster? I'm 40 and had all my jabs",
    "Chapped lips all winter",
    "My knee is swollen a bit after running, no injury, walking OK",
    "Cramps with my period as usual, ibuprofen helps",
    "My baby has hiccups after every feed, gaining weight well",
    "Baby, 6 months, does green poos since starting broccoli, happy and feeding",
    "My head itches since using a new shampoo",
    "I scratched my arm on a rose bush, cleaned it",
    "Splinter in my finger, got it out, a bit sore",
    "I twisted my ankle stepping off a kerb, a bit sore, can walk on it",
    "Lost my voice after a concert, no other symptoms",
    "Got a bit of grit in my eye, washed it out, feels fine now",
    "Been constipated since I started the iron tablets and my poo is dark",
    "I've had the same mole for years, no change, just checking",
    "Tired and achy after my covid booster yesterday, slight temperature, fine in myself",
    "My son has a wobbly tooth and it bled a little",
    "Woke up with a sore neck from a bad pillow",
    "I'm going to the dentist, do I need antibiotics?",
]


@pytest.mark.parametrize(("rule", "said", "denied"), SAFETY_NETS)
def test_a_safety_net_holds_in_lay_words_and_not_for_their_denial(rule: str, said: str, denied: str) -> None:
    result = service.assess(TriageInput(utterances=[said]))
    assert rule in {r.rule for r in result.reasons}
    assert result.level is Level.EMERGENCY
    assert rule not in {r.rule for r in service.assess(TriageInput(utterances=[denied])).reasons}


@pytest.mark.parametrize("text", EVERYDAY)
def test_everyday_messages_are_no_emergency(text: str) -> None:
    result = service.assess(TriageInput(utterances=[text]))
    assert result.level is not Level.EMERGENCY, [(r.rule, r.quote) for r in result.reasons]


LAY_WORDS = [
    ("chest", "it's like a belt being done up round my ribs, tighter and tighter"),
    ("chest", "there's an elephant stood on his chest"),
    ("breath", "she's too puffed to tell me what she wants"),
    ("breath", "can't fill my lungs and I can't lie flat"),
    ("breath", "he's gasping, can't get any air"),
    ("stroke", "nan's mouth has slid down one side and she's talking gibberish"),
    ("stroke", "my left hand has gone useless, I keep dropping the cup"),
    ("head", "something went pop in my head and it was agony straight away"),
    ("collapse", "we can't rouse him, his eyes are half open"),
    ("collapse", "found him on the floor foaming at the mouth and jerking"),
    ("injury", "my thumb has been chopped off by the saw"),
    ("bleeding", "blood pumping out of his leg, two towels soaked through"),
    ("allergy", "since the peanut cake her lips are like balloons and her voice is hoarse"),
    ("sepsis", "had my chemo last week and the thermometer says 38.4"),
    ("baby", "five week old, roasting hot, 38.5, won't feed"),
    ("poison", "necked a load of paracetamol an hour ago"),
    ("drugs", "she took two pills at a rave, burning up, twitching and talking rubbish"),
    ("suicide", "I've written the letters and the tablets are lined up"),
    ("mind", "a voice in my head keeps telling me to stab them and I've got a knife"),
    ("burns", "he pulled a kettle over himself and his skin is peeling off"),
]


@pytest.mark.parametrize(("about", "text"), LAY_WORDS)
def test_lay_words_for_a_danger_are_an_emergency_at_the_first_message(about: str, text: str) -> None:
    assert service.screen(text).emergency, about
