"""What ImageNet's 1000 class scores say of a picture, in a dozen groups that mean something to a catalog.

Single classes are too many to learn from hundreds of pictures; groups chosen by what the classes are carry over to
documents never seen. Numbers are positions in the ILSVRC 2012 class list.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_FLOOR = 1e-4  # probability below which a group is simply absent

GROUPS: dict[str, tuple[int, ...]] = {
    "animals": tuple(range(398)),
    # alp, cliff, geyser, lakeshore, promontory, shoal, seashore, valley, volcano, rapeseed, daisy, hay, greenhouse
    "nature": (970, 972, 974, 975, 976, 977, 978, 979, 980, 984, 985, 958, 580),
    # barn, boathouse, castle, church, cliff dwelling, dam, dock, fountain, lighthouse, mobile home, monastery, mosque,
    # palace, picket fence, pier, split-rail fence, bridges, thatched and tile roofs, yurt, sundial, patio, park bench
    "outdoors": (
        425, 449, 483, 497, 500, 525, 536, 562, 437, 660, 663, 668, 698, 716, 718, 912, 821, 839, 888, 853, 858, 915,
        835, 703, 706, 410, 460, 442, 832, 682, 649,
    ),
    # stone wall, doormat, quilt, velvet, wool, prayer rug, cloths and towels, screens and shades, curtains, chain mail
    # and fence, honeycomb, manhole cover, grille, scarf, paper, nematode (threads), crate, shoji
    "surfaces": (
        825, 539, 750, 885, 911, 741, 533, 434, 904, 905, 794, 854, 490, 489, 599, 640, 581, 824, 775, 700, 999, 111,
        519, 591, 721, 735, 753, 807, 815,
    ),
    # bassinet, bookcase, chest, chiffonier, china cabinet, cradle, crib, desk, file, folding chair, four-poster, couch,
    # rocking chair, table lamp, lampshade, throne, wardrobe, pedestal, medicine chest, stool-like, pool table, swing
    "furniture": (
        423, 431, 453, 492, 493, 495, 516, 520, 526, 553, 559, 564, 831, 765, 846, 619, 857, 894, 708, 648, 736, 843,
        532, 861, 729, 588, 556,
    ),
    # bakery, barbershop, bathtub, bookshop, dining table, entertainment centre, home theatre, library, cinema,
    # prison, restaurant, shops, shoji, sliding door, stage, bannister, vault, washbasin, tub, stove, tobacco shop
    "rooms": (
        415, 421, 424, 435, 454, 467, 498, 509, 532, 548, 582, 598, 624, 743, 762, 788, 789, 799, 819, 860, 865, 876,
        884, 896, 827, 905, 831, 564, 453,
    ),
    # vase, pitcher, pot, teapot, cup, bowls, bucket, jugs, plate, candle, goblet, bottles, mug, barrel, tray, washbowl
    "vessels": (
        883, 725, 738, 849, 968, 809, 659, 463, 899, 901, 923, 470, 572, 440, 737, 898, 907, 504, 427, 868, 828, 469,
        521, 544, 567, 909, 441, 438, 711, 720, 756,
    ),
    # website, menu, crossword, dust jacket, comic book, envelope, binder, paper knife, rulers, packet, scoreboard,
    # traffic sign, clocks, eraser, screens, keyboards, printer, copier, pens
    "documents": (
        916, 922, 918, 921, 917, 549, 446, 623, 769, 798, 692, 781, 919, 767, 664, 782, 681, 878, 508, 742, 713, 709,
        418, 563, 810, 527, 620, 851,
    ),
    # clocks, barometer, odometer, compass, scale, stopwatch, oscilloscope, Petri dish, maze, radio telescope
    "instruments": (409, 530, 531, 892, 426, 685, 635, 778, 826, 688, 712, 646, 755, 611),
    # hook, nail, safety pin, screw, corkscrew, switch, syringe, stethoscope, plunger, knot, whistle, can opener,
    # barrette, match, ladle, coil, chain, hammer, hatchet, screwdriver, compass saw, spatula, tripod, pole
    "tools": (
        600, 677, 772, 783, 512, 844, 845, 823, 731, 616, 902, 473, 584, 644, 618, 506, 488, 587, 596, 784, 813, 872,
        733, 740, 491, 499, 726, 792, 840, 862, 910, 816, 600, 418, 747, 753,
    ),
    # ballplayer, groom, diver, garments
    "people": (
        981, 982, 983, 399, 400, 411, 433, 439, 445, 451, 452, 457, 459, 474, 501, 502, 514, 515, 568, 578, 601, 608,
        610, 614, 617, 630, 638, 639, 652, 655, 658, 689, 697, 770, 774, 793, 801, 806, 808, 834, 836, 837, 841, 842,
        869, 887, 903, 906,
    ),
    # cars, lorries, trains, ships, aircraft
    "vehicles": (
        403, 404, 405, 407, 408, 436, 444, 466, 468, 472, 479, 484, 510, 511, 547, 554, 555, 561, 565, 569, 573, 575,
        609, 612, 625, 627, 628, 654, 656, 661, 665, 670, 671, 675, 705, 717, 734, 751, 757, 779, 780, 802, 803, 812,
        814, 817, 820, 829, 833, 847, 864, 866, 867, 870, 871, 874, 880, 895, 908, 914,
    ),
    # shield, buckle, mask, traffic light, balloon, bottle cap, pinwheel, speaker, spotlight, torch, flagpole
    "emblems": (787, 464, 643, 920, 417, 455, 723, 632, 818, 862, 557, 722, 852, 574, 805, 746, 971, 922),
    "food": tuple(range(924, 970)),
}  # fmt: skip
SCORE_NAMES = (*GROUPS, "sure")


def group_scores(logits: NDArray[np.float32]) -> NDArray[np.float64]:
    """The groups' shares of the probability on a logarithmic scale, 0 (absent) to 1 (all of it), and the best class's.

    `logits` float32 (1000,); gives float64 (len(SCORE_NAMES),).
    """
    raised = np.exp(logits.astype(np.float64) - float(logits.max()))
    shares = raised / raised.sum()
    sums = [float(shares[list(set(group))].sum()) for group in GROUPS.values()]
    scaled: NDArray[np.float64] = 1 - np.log(np.clip([*sums, float(shares.max())], _FLOOR, 1)) / np.log(_FLOOR)
    return scaled
