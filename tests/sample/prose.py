"""The prose of the sample catalog: contents, introductions, notes, definitions and instructions."""

from __future__ import annotations

SECTIONS = (
    (3, "Strata", "Six stones, cut to measure"),
    (4, "Grain", "Wood, weave and glaze"),
    (5, "Vann", "The washbasin"),
    (6, "Kveld", "The pendant lamp"),
    (7, "Ettvik", "The dining table"),
    (8, "Atelier", "Small things, made by hand"),
    (9, "At home", "An afternoon in October"),
    (10, "Price list", "Seating, storage and small tables"),
    (11, "Finishes", "What the words mean, and how to install"),
    (12, "Index", "All products from A to Z"),
)

WELCOME = (
    "We make things for rooms in which people stay: surfaces that age well, a lamp for the evening, a table that will "
    "be handed on. This catalogue shows everything we make at present. It is short, because we only add what we would "
    "want to live with ourselves.",
    "Colours and structures are those of natural materials; no two pieces are alike. Please ask for samples before you "
    "order. All dimensions are in millimetres unless stated otherwise.",
)

STRATA_INTRO = (
    "Stone is sediment, pressure and time. We saw each block along its bedding, so that neighbouring slabs continue "
    "one another's drawing, and calibrate every piece to half a millimetre."
)
STRATA_NOTE = (
    "Slabs up to 2800 × 1600 mm on request. Honed and brushed surfaces are impregnated at the works; polished marble "
    "should be kept away from acids. See page 11 for finishes and care."
)
GRAIN_INTRO = (
    "Six surfaces for floor, seat and wall. The planks come from two forests within a day's drive, the cloth from a "
    "mill that still dyes the yarn before weaving, the tiles from a kiln fired once a week."
)
GRAIN_NOTE = "Fabrics are sold by the metre, tiles and planks by the full carton. Reserve 8 % for cutting."

KVELD_NOTE = "Also as a row of three on one ceiling rose; ask for a drawing."
ATELIER_INTRO = (
    "Made in small numbers in our own workshop, signed and dated under the foot. Each batch differs a little."
)

ROOM_QUOTE = "A room is finished when nothing in it asks to be looked at."
ROOM_TEXT = (
    "Low sun, a book, the last warm day of the year. We photographed this house on the coast as we found it, with the "
    "furniture its owners have used for years. The floor has been oiled twice since it was laid, the cushions turned "
    "more often than that."
)

FINISHES_INTRO = (
    "The words we use for surfaces, what they mean under your hand, and how to keep them. The second half of the page "
    "is for the fitter."
)
FINISH_TERMS = (
    ("Polished", "Ground in seven steps to a mirror. Shows colour and veining at their deepest; for walls and tops."),
    ("Honed", "Ground to a flat, silky surface without reflections. Our choice for floors."),
    ("Brushed", "Worked with steel and abrasive bristles until the soft parts recede and the structure can be felt."),
    ("Riven", "Split along the natural layers by hand; slightly uneven, safe under wet feet."),
    ("Oiled", "Two coats of hardening oil, rubbed in. Renew once a year with a cloth; spots can be treated singly."),
)
CARE = (
    "Clean all stone with water and a neutral soap. Wipe up wine, vinegar and lemon juice at once. On oiled wood use "
    "well-wrung cloths only; never leave a wet vase standing. Glazed tiles take any household cleaner that is free of "
    "abrasives."
)
INSTALL_STEPS = (
    "Mark the centre of the waste on the counter and drill a hole of 45 mm.",
    "Place the basin, align its long axis with the wall and leave at least 60 mm behind the rim for the tap.",
    "Seal the foot with neutral silicone. Do not use acetic silicone: it attacks the surface.",
    "Fit the waste hand-tight, wait 24 hours, then connect the trap and check for leaks.",
)

INDEX_INTRO = "All 24 products with their article numbers and the pages on which they are shown."
COLOPHON = (
    "A maker that exists only in this catalogue. Every picture in it was computed, every name invented; nothing shown "
    "can be ordered."
)
