"""Papers of the same senders that offer nothing: a programme of an exhibition, a warranty booklet, a report."""

from __future__ import annotations

from random import Random

from .sheets import Sheet
from .truth import Made

_PROSE = (
    "The house keeps its promise for as long as the piece is used at home. Wear of surfaces, sunlight and water that "
    "stands for longer than a day are no defects. Keep the receipt, it names the day on which the term begins. "
)


def make_programme(random: Random) -> Made:
    """An exhibition: halls, talks by the hour, artists with pictures, and what tickets cost."""
    sheet = Sheet(random)
    sheet.add().text(50, 120, "Design Week Hall 7", 40, bold=True).text(50, 160, "12-17 April 2026", 18)
    sheet.picture(50, 220, 495, 400)
    sheet.add().text(50, 70, "Programme", 22, bold=True)
    talks = ("Light after dark", "The honest chair", "Wool and weather", "Rooms for two", "Repair as design")
    for index, talk in enumerate(talks):
        y = 110 + index * 60
        sheet.text(50, y, f"{10 + index * 2}:00", 12, bold=True).text(120, y, talk, 12, bold=True)
        sheet.text(120, y + 15, f"{random.choice(('Ida Holm', 'Per Vang', 'Rosa Lenz'))}, Room {index + 1}, 45 min", 9)
    sheet.add().text(50, 70, "Tickets", 22, bold=True)
    rows = (
        ("Day ticket", "€ 24.00"),
        ("Reduced", "€ 16.00"),
        ("Week pass", "€ 79.00"),
        ("Guided tour", "€ 9.50"),
        ("Family ticket", "€ 48.00"),
        ("Cloakroom", "€ 2.00"),
    )
    for index, (ticket, price) in enumerate(rows):
        sheet.text(50, 110 + index * 22, ticket, 11).text(400, 110 + index * 22, price, 11, align="right")
    sheet.add().text(50, 70, "Exhibitors", 22, bold=True)
    for index in range(6):
        x, y = 50 + index % 2 * 260, 100 + index // 2 * 230
        sheet.picture(x, y, 230, 150)
        sheet.text(
            x,
            y + 166,
            ("Studio Holm", "Atelier Vang", "Lenz & Sons", "Kiln Works", "Nord Atelier", "Casa Rea")[index],
            11,
            bold=True,
        )
        sheet.text(
            x,
            y + 180,
            f"Stand {random.choice('ABC')}{random.randrange(10, 60)}, founded {random.randrange(1950, 2015)}",
            8,
        )
    return Made("programme", sheet.tobytes(), [])


def make_warranty(random: Random) -> Made:
    """Terms in years by part, care by material, addresses of service."""
    sheet = Sheet(random, font="tiro")
    sheet.add(420, 595).text(50, 200, "Warranty & Care", 30).text(50, 230, "Booklet for our customers", 12)
    sheet.add(420, 595).text(40, 60, "1. Our warranty", 16, bold=True)
    sheet.prose(40, 85, 340, _PROSE * 3, 9.5)
    sheet.add(420, 595).text(40, 60, "2. Terms", 16, bold=True)
    sheet.text(40, 90, "Part", 10, bold=True).text(200, 90, "Private use", 10, bold=True).text(
        300, 90, "Contract use", 10, bold=True
    )
    for index, part in enumerate(("Frames", "Springs", "Foam", "Mechanisms", "Upholstery", "Electrical parts")):
        sheet.text(40, 110 + index * 18, part, 10).text(200, 110 + index * 18, f"{random.randrange(2, 15)} years", 10)
        sheet.text(300, 110 + index * 18, f"{random.randrange(1, 6)} years", 10)
    sheet.add(420, 595).text(40, 60, "3. Care", 16, bold=True)
    for index, material in enumerate(("Leather", "Velvet", "Oiled oak", "Marble", "Steel")):
        y = 90 + index * 85
        sheet.picture(40, y, 60, 60)
        sheet.text(112, y + 12, material, 11, bold=True)
        sheet.prose(
            112, y + 28, 270, "Dust with a soft dry cloth. Remove stains at once with lukewarm water, 30 °C at most.", 9
        )
    sheet.add(420, 595).text(40, 60, "4. Service", 16, bold=True)
    sheet.lines(
        40,
        90,
        (
            "Tel. 0800 555 019, Mon-Fri 9-17",
            "Call-out fee within warranty: none",
            "Call-out fee after: 89,00 EUR",
            "Form WB-2026-04, rev. 3",
        ),
        10,
        1.6,
    )
    return Made("warranty", sheet.tobytes(), [])


def make_company_report(random: Random) -> Made:
    """Figures by segment and year, people with portraits, prose."""
    sheet = Sheet(random)
    sheet.add().text(50, 300, "Annual Report 2025", 36, bold=True).text(50, 330, "Holm Interiors Group plc", 14)
    sheet.add().text(50, 70, "At a glance", 20, bold=True)
    for index, (label, value) in enumerate(
        (("Revenue", "£ 412.6m"), ("Operating profit", "£ 38.1m"), ("Employees", "2,140"), ("Showrooms", "64"))
    ):
        sheet.text(50 + index * 125, 130, value, 18, bold=True).text(50 + index * 125, 148, label, 9, grey=True)
    sheet.prose(50, 190, 490, _PROSE * 4, 10)
    sheet.add().text(50, 70, "Segments", 20, bold=True).text(540, 90, "£ million", 8, align="right")
    for index, year in enumerate(("2025", "2024", "2023")):
        sheet.text(350 + index * 90, 110, year, 9, bold=True, align="right")
    for row, segment in enumerate(("Seating", "Lighting", "Kitchens", "Carpets", "Contract", "Eliminations", "Group")):
        y = 130 + row * 18
        sheet.text(50, y, segment, 9, bold=segment == "Group")
        for index in range(3):
            sheet.text(350 + index * 90, y, f"{random.uniform(8, 180):.1f}", 9, align="right")
        sheet.rule(50, y + 4, 540, y + 4, 0.3)
    sheet.add().text(50, 70, "The board", 20, bold=True)
    for index, person in enumerate(("Ruth Alder", "Tom Vane", "Nina Okafor", "Lars Juhl")):
        x, y = 50 + index % 2 * 260, 100 + index // 2 * 260
        sheet.picture(x, y, 150, 180)
        sheet.text(x, y + 196, person, 12, bold=True).text(
            x, y + 212, ("Chair", "Chief executive", "Finance", "Design")[index], 9
        )
    sheet.add().text(50, 70, "Remuneration", 20, bold=True)
    for row, person in enumerate(("Ruth Alder", "Tom Vane", "Nina Okafor", "Lars Juhl")):
        sheet.text(50, 110 + row * 18, person, 9).text(
            350, 110 + row * 18, f"£{random.randrange(90, 900)},000", 9, align="right"
        )
        sheet.text(450, 110 + row * 18, f"£{random.randrange(10, 90)},500", 9, align="right")
    return Made("company-report", sheet.tobytes(), [])
