"""Papers that lie among catalogs and offer nothing, in five languages: care guides, certificates, parts lists, notices
of prices and freight, environmental figures, empty order forms, letters about one article.
"""

from __future__ import annotations

from random import Random

from .sheets import Sheet
from .truth import Made

_BY_ORDER = ("de", "it", "es", "fr", "pl")
_MARK = dict.fromkeys(_BY_ORDER, ",")

_CARE: dict[str, tuple[str, tuple[tuple[str, str], ...]]] = {
    "de": ("So pflegen Sie Ihre Möbel", (
        ("Geöltes Holz", "Mit gut ausgewrungenem Tuch wischen, nach 4 Wochen nachölen, höchstens 2 mal im Jahr."),
        ("Leder", "Mindestens 30 cm Abstand zur Heizung halten. 2 mal im Jahr mit Balsam einreiben."),
        ("Marmor", "Säuren sofort abwischen, pH 7 bis 8. Keine Topfuntersetzer unter 3 mm verwenden."),
        ("Linoleum", "Mit milder Seife reinigen. Nichts Heißeres als 70 °C daraufstellen."),
        ("Wolle", "Wöchentlich mit schwacher Kraft saugen, Flecken mit 30 °C warmem Wasser tupfen."),
        ("Messing", "Trocken polieren. Die Patina entsteht nach 6 bis 12 Monaten von selbst."))),
    "it": ("Come prendersi cura dei vostri mobili", (
        ("Legno oliato", "Pulire con un panno ben strizzato e riapplicare l'olio dopo 4 settimane."),
        ("Pelle", "Tenere ad almeno 30 cm dai termosifoni. Applicare il balsamo 2 volte l'anno."),
        ("Marmo", "Asciugare subito gli acidi, pH 7-8. Usare sottopiatti di almeno 3 mm."),
        ("Linoleum", "Lavare con sapone neutro. Non appoggiare oggetti oltre i 70 °C."),
        ("Lana", "Aspirare ogni settimana con potenza ridotta, tamponare con acqua a 30 °C."),
        ("Ottone", "Lucidare a secco. La patina si forma da sola dopo 6-12 mesi."))),
    "es": ("Cuidado y limpieza de los materiales", (
        ("Madera aceitada", "Limpiar con un paño bien escurrido y volver a aceitar después de 4 semanas."),
        ("Piel", "Mantener a 30 cm como mínimo de los radiadores. Aplicar bálsamo 2 veces al año."),
        ("Mármol", "Secar los ácidos enseguida, pH 7-8. Utilizar salvamanteles de 3 mm."),
        ("Linóleo", "Lavar con jabón neutro. No apoyar objetos a más de 70 °C."),
        ("Lana", "Aspirar cada semana con poca potencia, secar las manchas con agua a 30 °C."),
        ("Latón", "Pulir en seco. La pátina se forma sola al cabo de 6 a 12 meses."))),
    "fr": ("L'entretien de vos meubles", (
        ("Bois huilé", "Essuyer avec un chiffon bien essoré, huiler de nouveau après 4 semaines."),
        ("Cuir", "Garder à 30 cm au moins des radiateurs. Appliquer un baume 2 fois par an."),
        ("Marbre", "Essuyer les acides aussitôt, pH 7-8. Utiliser des dessous de plat de 3 mm."),
        ("Linoléum", "Laver au savon doux. Ne rien poser de plus chaud que 70 °C."),
        ("Laine", "Aspirer chaque semaine à faible puissance, tamponner avec de l'eau à 30 °C."),
        ("Laiton", "Polir à sec. La patine vient toute seule après 6 à 12 mois."))),
    "pl": ("Jak dbać o meble", (
        ("Drewno olejowane", "Przecierać dobrze wyżętą ściereczką, po 4 tygodniach ponownie olejować."),
        ("Skóra", "Zachować co najmniej 30 cm od grzejnika. Balsam nakładać 2 razy w roku."),
        ("Marmur", "Kwasy wycierać natychmiast, pH 7-8. Używać podkładek o grubości 3 mm."),
        ("Linoleum", "Myć łagodnym mydłem. Nie stawiać niczego o temperaturze powyżej 70 °C."),
        ("Wełna", "Odkurzać co tydzień z małą mocą, plamy osuszać wodą o temperaturze 30 °C."),
        ("Mosiądz", "Polerować na sucho. Patyna powstaje sama po 6-12 miesiącach."))),
}  # fmt: skip


def make_care(random: Random, language: str) -> Made:
    """How materials are cared for: photographs of them, each with its name and a few sentences under it."""
    sheet = Sheet(random, beyond=language == "pl")
    title, cards = _CARE[language]
    sheet.add().text(45, 70, title, 24)
    columns = random.choice((2, 3))
    width = (505 - (columns - 1) * 18) / columns
    for index, (material, told) in enumerate(cards):
        x, y = 45 + index % columns * (width + 18), 95 + index // columns * 215
        sheet.picture(x, y, width, 120)
        sheet.text(x, y + 138, material, 10.5, bold=True)
        sheet.prose(x, y + 151, width, told, 8)
    return Made(f"none-care-{language}", sheet.tobytes(), [])


_CERTIFICATE = {
    "de": "Zertifikat|Nr.|Inhaber|Produkt|Bürodrehstuhl|Prüfgrundlage|Abmessungen|Gültig bis|Prüfstelle|Material",
    "it": "Certificato di conformità|N.|Titolare|Prodotto|Sedia da ufficio|Norme|Dimensioni|Valido fino al|"
    "Ente di prova|Materiale",
    "es": "Certificado|N.º|Titular|Producto|Silla de oficina|Normas|Dimensiones|Válido hasta|Laboratorio|Material",
    "fr": "Attestation de conformité|N°|Titulaire|Produit|Siège de bureau|Normes|Dimensions|Valable jusqu'au|"
    "Laboratoire|Matière",
    "pl": "Certyfikat zgodności|Nr|Posiadacz|Wyrób|Krzesło biurowe|Normy|Wymiary|Ważny do|Laboratorium|Materiał",
}


def make_certificate(random: Random, language: str) -> Made:
    """A laboratory's certificate of one article: its holder, its sizes, the norms, a photograph, a signature."""
    words = _CERTIFICATE[language].split("|")
    sheet = Sheet(random, beyond=language == "pl")
    sheet.add().text(50, 90, words[0], 26, bold=True)
    sheet.text(50, 112, f"{words[1]} {random.randrange(10, 99)}-{random.randrange(10000, 99999)}-A", 11, grey=True)
    rows = (
        (words[2], "Halden Werke AG, 6900 Skjern"), (words[3], f"{words[4]} Arvo {random.randrange(100, 900)}"),
        (words[5], "EN 1335-1, EN 1335-2, EN 1022"), (words[6], f"{random.randrange(60, 70)} x 65 x 112 cm"),
        (words[9], "PP, PA 6, 100% polyester"), (words[7], "31.12.2029"), (words[8], "NTI, DK-8700 Horsens"),
    )  # fmt: skip
    for index, (label, value) in enumerate(rows):
        y = 170 + index * 24
        sheet.text(50, y, label, 9, bold=True).text(170, y, value, 9)
    sheet.picture(390, 150, 150, 190)
    sheet.text(50, 420, "Horsens, 03.03.2026", 9).rule(50, 470, 200, 470).text(50, 484, "Dr. Kirsten Hvid", 9)
    return Made(f"none-certificate-{language}", sheet.tobytes(), [])


_ASSEMBLY: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "de": ("Aufbau", "Inhalt des Kartons", ("Seitenteil links", "Seitenteil rechts", "Rückwand", "Einlegeboden",
           "Holzdübel", "Schraube M6", "Inbusschlüssel")),
    "it": ("Guida al montaggio", "Contenuto della scatola", ("Fianco sinistro", "Fianco destro", "Schienale", "Ripiano",
           "Spina di legno", "Vite M6", "Chiave a brugola")),
    "es": ("Guía de montaje", "Contenido de la caja", ("Lateral izquierdo", "Lateral derecho", "Trasera", "Estante",
           "Espiga", "Tornillo M6", "Llave Allen")),
    "fr": ("Guide de montage", "Contenu du carton", ("Panneau gauche", "Panneau droit", "Fond", "Tablette",
           "Tourillon", "Vis M6", "Clé Allen")),
    "pl": ("Montaż", "Zawartość kartonu", ("Bok lewy", "Bok prawy", "Plecy", "Półka", "Kołek", "Śruba M6",
           "Klucz imbusowy")),
}  # fmt: skip


def make_assembly(random: Random, language: str) -> Made:
    """A guide to assembly: what the carton holds by letter, quantity and size, and drawings with numbered steps."""
    title, contents, parts = _ASSEMBLY[language]
    sheet = Sheet(random, beyond=language == "pl")
    sheet.add().text(50, 70, "HALDEN 3", 28, bold=True).text(50, 94, title, 14)
    sheet.picture(300, 60, 240, 180)
    sheet.text(50, 280, contents, 12, bold=True)
    for index, part in enumerate(parts):
        y = 306 + index * 22
        sheet.text(50, y, "ABCDEFGHK"[index], 10, bold=True).text(85, y, part, 9)
        sheet.text(270, y, f"{random.choice((1, 2, 4, 16))} x", 9)
        sheet.text(330, y, f"{random.randrange(300, 900)} x {random.randrange(200, 400)} x 18 mm", 9)
    sheet.add()
    for step in range(4):
        x, y = 50 + step % 2 * 260, 70 + step // 2 * 360
        sheet.text(x, y, str(step + 1), 26, bold=True)
        sheet.picture(x, y + 15, 230, 230)
        sheet.text(x, y + 262, f"{parts[step]} {'ABCD'[step]}, {random.choice((2, 4))} x M6 x 40, 5 Nm", 9)
    return Made(f"none-guide-{language}", sheet.tobytes(), [])


_NOTICE: dict[str, tuple[str, ...]] = {
    "de": ("Preisanpassung zum 1. Januar 2027", "Sehr geehrte Partner,", "die Kosten für Eiche sind um 11 % gestiegen, "
           "die Fracht um 420 € je Container. Wir passen deshalb unsere Listenpreise wie folgt an.",
           "Mit freundlichen Grüßen", "Produktgruppe|Nummernkreis|Änderung|Ab", "Fracht und Zuschläge",
           "Zone|PLZ|bis 0,5 m³|bis 2 m³", "Stühle|Tische|Sofas|Leuchten", "Verkaufs- und Lieferbedingungen"),
    "it": ("Adeguamento dei prezzi dal 1 gennaio 2027", "Gentili partner,", "il costo del rovere è salito dell'11 %, "
           "il trasporto di 420 € per container. Adeguiamo quindi i nostri prezzi di listino come segue.",
           "Cordiali saluti", "Gruppo|Numeri|Variazione|Dal", "Trasporto e supplementi",
           "Zona|CAP|fino a 0,5 m³|fino a 2 m³", "Sedie|Tavoli|Divani|Lampade", "Condizioni generali di vendita"),
    "es": ("Actualización de precios a 1 de enero de 2027", "Estimados clientes:", "el coste del roble ha subido un "
           "11 % y el transporte 420 € por contenedor. Por ello adaptamos nuestras tarifas como sigue.",
           "Atentamente", "Grupo|Numeración|Variación|Desde", "Portes y recargos",
           "Zona|C.P.|hasta 0,5 m³|hasta 2 m³", "Sillas|Mesas|Sofás|Lámparas", "Condiciones generales de venta"),
    "fr": ("Évolution de nos tarifs au 1er janvier 2027", "Chers partenaires,", "le coût du chêne a augmenté de 11 %, "
           "le transport de 420 € par conteneur. Nous adaptons donc nos tarifs comme suit.",
           "Cordialement", "Gamme|Numéros|Évolution|À partir du", "Transport et suppléments",
           "Zone|Code postal|jusqu'à 0,5 m³|jusqu'à 2 m³", "Chaises|Tables|Canapés|Luminaires",
           "Conditions générales de vente"),
    "pl": ("Zmiana cen od 1 stycznia 2027", "Szanowni Państwo,", "koszt dębu wzrósł o 11 %, a transportu o 420 € "
           "za kontener. Dlatego zmieniamy nasze ceny katalogowe w następujący sposób.",
           "Z poważaniem", "Grupa|Numery|Zmiana|Od", "Transport i dopłaty",
           "Strefa|Kod pocztowy|do 0,5 m³|do 2 m³", "Krzesła|Stoły|Sofy|Lampy", "Ogólne warunki sprzedaży"),
}  # fmt: skip


def make_notice(random: Random, language: str) -> Made:
    """A letter about changed prices with a table of groups, a page of freight by postcode, a page of terms."""
    title, salutation, told, closing, heads, freight, zones, groups, terms = _NOTICE[language]
    sheet = Sheet(random, beyond=language == "pl")
    sheet.add().text(545, 60, "HALDEN & SØN", 13, bold=True, align="right")
    sheet.text(545, 74, "Havnegade 22, DK-5500 Middelfart", 8, align="right")
    sheet.text(50, 150, title, 18).text(50, 180, salutation, 10)
    y = sheet.prose(50, 200, 480, told, 10) + 12
    _table(sheet, y, heads.split("|"), [
        (group, f"{n + 1}0100-{n + 1}0399", f"+ {random.randrange(2, 7)}{_MARK[language]}5 %", "01.01.2027")
        for n, group in enumerate(groups.split("|"))
    ])  # fmt: skip
    sheet.text(50, 420, closing, 10).text(50, 450, "Søren Nordly", 10)
    sheet.add().text(50, 70, freight, 18)
    prefix = {"de": "D-", "it": "I-", "es": "E-", "fr": "F-", "pl": "PL-"}[language]
    _table(sheet, 100, zones.split("|"), [
        (str(n + 1), f"{prefix}{random.randrange(10, 99)}{random.randrange(100, 999)}",
         f"{random.randrange(40, 140)}{_MARK[language]}00 €", f"{random.randrange(150, 400)}{_MARK[language]}00 €")
        for n in range(5)
    ])  # fmt: skip
    sheet.text(50, 260, terms, 13, bold=True)
    y = 284.0
    for number in range(1, 6):
        sheet.text(50, y, f"§ {number}", 8.5, bold=True)
        y = sheet.prose(75, y, 460, told, 8.5) + 6
    return Made(f"none-notice-{language}", sheet.tobytes(), [])


def _table(sheet: Sheet, y: float, heads: list[str], rows: list[tuple[str, ...]]) -> None:
    """Four columns between thin rules."""
    for number, row in enumerate((tuple(heads), *rows)):
        for x, text in zip((55, 200, 330, 440), row, strict=True):
            sheet.text(x, y + 12, text, 8.5, bold=number == 0)
        y += 18
        sheet.rule(50, y, 545, y, 0.4)


_FIGURES: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "de": ("Umweltbericht 2025", "Kennzahl", ("Energie (MWh)", "Wasser (m³)", "Abfall (t)", "CO2e Scope 1 (t)",
           "CO2e je Stuhl (kg)", "Recyclinganteil (%)")),
    "it": ("Dichiarazione ambientale 2025", "Indicatore", ("Energia (MWh)", "Acqua (m³)", "Rifiuti (t)",
           "CO2e Scope 1 (t)", "CO2e per sedia (kg)", "Materiale riciclato (%)")),
    "es": ("Memoria de sostenibilidad 2025", "Indicador", ("Energía (MWh)", "Agua (m³)", "Residuos (t)",
           "CO2e alcance 1 (t)", "CO2e por silla (kg)", "Material reciclado (%)")),
    "fr": ("Rapport de durabilité 2025", "Indicateur", ("Énergie (MWh)", "Eau (m³)", "Déchets (t)",
           "CO2e scope 1 (t)", "CO2e par chaise (kg)", "Part recyclée (%)")),
    "pl": ("Raport środowiskowy 2025", "Wskaźnik", ("Energia (MWh)", "Woda (m³)", "Odpady (t)", "CO2e zakres 1 (t)",
           "CO2e na krzesło (kg)", "Materiał z recyklingu (%)")),
}  # fmt: skip


def make_environment(random: Random, language: str) -> Made:
    """Figures of three years by table, photographs of the works, and one article's declaration in figures."""
    title, head, rows = _FIGURES[language]
    sheet = Sheet(random, beyond=language == "pl")
    sheet.add().picture(0, 0, 595, 420)
    sheet.text(50, 480, "Halden", 44).text(50, 520, title, 16)
    for page in range(2):
        sheet.add().text(50, 70, f"{page + 1} {head}", 15, bold=True)
        table = [
            (row, *(f"{random.randrange(2, 900)}{_MARK[language]}{random.randrange(10)}" for _ in range(3)))
            for row in rows
        ]
        _table(sheet, 90, [head, "2023", "2024", "2025"], table)
        sheet.picture(50, 260, 240, 150)
        sheet.picture(305, 260, 240, 150)
        _table(sheet, 440, [head, "A1-A3", "A4", "C1-C4"], table)
    return Made(f"none-environment-{language}", sheet.tobytes(), [])


_ORDER = {
    "de": "Bestellformular für Muster|Menge|Artikel-Nr.|Bezeichnung|Preis €|Firma|Straße|PLZ, Ort|Farbschlüssel|"
    "Nummer|Oberfläche|Mustergröße|Eiche, geölt|Eiche, schwarz lackiert|Nussbaum, geölt",
    "it": "Modulo d'ordine campioni|Quantità|Codice|Descrizione|Prezzo €|Ditta|Via|CAP, località|Legenda finiture|"
    "Numero|Finitura|Formato|Rovere, oliato|Rovere, laccato nero|Noce, oliato",
    "es": "Hoja de pedido de muestras|Cantidad|Referencia|Descripción|Precio €|Empresa|Calle|C.P., población|"
    "Clave de acabados|Número|Acabado|Formato|Roble, aceitado|Roble, lacado negro|Nogal, aceitado",
    "fr": "Bon de commande échantillons|Quantité|Référence|Désignation|Prix €|Société|Rue|Code postal, ville|"
    "Légende des finitions|Numéro|Finition|Format|Chêne, huilé|Chêne, laqué noir|Noyer, huilé",
    "pl": "Formularz zamówienia próbek|Ilość|Kod|Nazwa|Cena €|Firma|Ulica|Kod pocztowy, miasto|Klucz wykończeń|"
    "Numer|Wykończenie|Format|Dąb, olejowany|Dąb, lakierowany na czarno|Orzech, olejowany",
}


def make_order_form(random: Random, language: str) -> Made:
    """A form to be filled in: empty ruled rows, fields for an address, and the key of the finishes' numbers."""
    words = _ORDER[language].split("|")
    sheet = Sheet(random, beyond=language == "pl")
    sheet.add().text(50, 70, words[0], 20)
    _table(sheet, 90, words[1:5], [("", "", "", "")] * 9)
    for x in (50, 195, 325, 435, 545):
        sheet.rule(x, 90, x, 270, 0.4)
    for index, field in enumerate(words[5:8]):
        sheet.text(55, 300 + index * 20, field, 8.5).rule(180, 303 + index * 20, 400, 303 + index * 20, 0.4)
    sheet.text(50, 400, words[8], 12, bold=True)
    size = f"{random.choice((100, 150))} x 100 x 8 mm"
    rows = [(f"0{number + 1}", finish, size, str(5 * number + 5)) for number, finish in enumerate(words[12:15])]
    _table(sheet, 412, [*words[9:12], "Gloss"], rows)
    return Made(f"none-form-{language}", sheet.tobytes(), [])


_REPLY = {
    "de": "Betreff: Ihr Schreiben zu Sofa ARVO, 3-Sitzer, Art.-Nr. {c}|Sehr geehrte Frau Lenz,|vielen Dank für Ihr "
    "Schreiben. Das Gestell ({w} x 92 x 78 cm) wird ersetzt, die Kosten von {p} € übernehmen wir.|Freundliche Grüße",
    "it": "Oggetto: reclamo divano ARVO, 3 posti, cod. {c}|Gentile signora Lenzi,|grazie per la Sua lettera. La "
    "struttura ({w} x 92 x 78 cm) sarà sostituita, il costo di {p} € è a nostro carico.|Distinti saluti",
    "es": "Asunto: reclamación sofá ARVO, 3 plazas, ref. {c}|Estimada señora Lenz:|gracias por su carta. La estructura "
    "({w} x 92 x 78 cm) será sustituida; el coste de {p} € corre de nuestra cuenta.|Un cordial saludo",
    "fr": "Objet : réclamation canapé ARVO, 3 places, réf. {c}|Madame,|nous vous remercions de votre lettre. La "
    "structure ({w} x 92 x 78 cm) sera remplacée, les frais de {p} € sont à notre charge.|Cordialement",
    "pl": "Dotyczy: reklamacja sofy ARVO, 3-osobowa, nr {c}|Szanowna Pani,|dziękujemy za list. Stelaż "
    "({w} x 92 x 78 cm) zostanie wymieniony, koszt {p} € pokrywamy.|Z poważaniem",
}


def make_reply(random: Random, language: str) -> Made:
    """A letter about one article that was bought: a subject line with its code, its size and an amount, a photograph
    of it.
    """
    code, width = f"{random.randrange(10, 99)}-{random.randrange(1000, 9999)}", random.randrange(180, 240)
    texts = _REPLY[language].format(c=code, w=width, p=random.randrange(90, 400)).split("|")
    sheet = Sheet(random, beyond=language == "pl")
    sheet.add().text(50, 60, "HALDEN", 20, bold=True)
    sheet.lines(50, 130, ["Anna Lenz", "Via Roma 12", "D-70173 Stuttgart"], 9)
    sheet.text(400, 200, "12.01.2026", 9).text(50, 240, texts[0], 11, bold=True).text(50, 270, texts[1], 10)
    y = sheet.prose(50, 290, 480, texts[2], 10)
    sheet.picture(50, y + 10, 220, 150)
    sheet.text(50, y + 190, texts[3], 10).text(50, y + 220, "Søren Nordly", 10)
    return Made(f"none-reply-{language}", sheet.tobytes(), [])
