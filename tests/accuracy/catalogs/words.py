"""Made-up assortments in the languages of the trade: names, labels and how numbers are written."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

NAMES = {
    "latin": "Brenta Kelmor Tessano Olvik Fjorda Malaga Sorrel Quinta Arvo Lunaria Pomerol Vesper Dorset Almira Harrow "
    "Calypso Nereid Ostro Tavira Bruma Selene Corvo Marlow Zephyr Indra Lindos Rialto Sabine Umbra Yarrow Ortensia "
    "Pavane Elba Gaudi Wexford Nomad Tundra Siena Kobe Aster Blythe Cinder Drift Ember Fable Grove Haven Isola Juno",
    "polish": "Wierzba Łąka Świerk Jesień Żuraw Brzoza Mgła Kłos Rzeka Dąbrowa Śnieżka Olsza Źródło Turnia Gołoborze "
    "Łęg Czaple Przystań Wydma Ćma",
    "greek": "Άνδρος Κύθηρα Μήλος Νάξος Πάρος Σίφνος Τήνος Ύδρα Δήλος Λέσβος Ικαρία Κέα Φολέγανδρος Αμοργός Σκύρος "
    "Θάσος Χίος Λήμνος Κάλυμνος Πάτμος",
    "cyrillic": "Ладога Кижи Онега Волхов Печора Вятка Суздаль Ильмень Тверца Калина Рябина Берёза Тайга Енисей Амур "
    "Байкал Алтай Селигер Нева Самара",
    "hebrew": "תמר ארז הגליל כרמל אלון זית שקמה רימון ירדן גפן חרמון ענבר כנרת לילך מוריה נגב סביון ערבה צפון שרון",
}


@dataclass(frozen=True)
class Tongue:
    """A language: its script, its labels, its kinds of goods, and how it writes decimals and prices."""

    script: str
    mark: str
    currency: str
    sign: str
    before: bool
    kinds: tuple[str, ...]
    labels: dict[str, str]
    materials: tuple[str, ...]
    finishes: tuple[str, ...]
    continued: str
    prose: str
    headings: dict[str, str] = field(default_factory=dict)


def _labels(text: str) -> dict[str, str]:
    keys = (
        "sku", "name", "price", "width", "depth", "height", "material", "finish", "colours", "weight", "dimensions",
        "designer", "collection",
    )  # fmt: skip
    return dict(zip(keys, text.split("|"), strict=True))


TONGUES = {
    "en": Tongue(
        "latin", ".", "GBP", "£", True, ("dining chair", "lounge chair", "side table", "bench", "sideboard", "pendant"),
        _labels("Item No.|Description|Price|Width|Depth|Height|Material|"
            "Finish|Colour|Weight|Dimensions|Designer|Collection"),
        ("Solid oak", "Walnut", "Stainless steel", "Marble", "Velvet"),
        ("oiled", "matt lacquered", "polished", "brushed"),
        "continued",
        "Our workshop has made furniture by hand since the founder came back from the sea. We choose every board "
        "ourselves, let it rest for two winters, and only then decide what it will become. Nothing leaves the house "
        "before three people have looked at it, and each of them may send it back.",
        {"contents": "Contents", "about": "About us", "care": "Care and maintenance", "index": "Index"},
    ),
    "us": Tongue(
        "latin", ".", "USD", "$", True, ("sofa", "armchair", "ottoman", "coffee table", "bookcase", "bar stool"),
        _labels("SKU|Product|List Price|Width|Depth|Height|Materials|Finish|"
            "Colors|Weight|Overall dimensions|Designed by|Series"),
        ("Teak", "Cast iron", "Leather", "Rattan", "Glass"), ("natural", "powder coated", "satin", "antiqued"),
        "cont'd",
        "The collection grew out of a single question: how little does a chair need? Every joint can be opened again, "
        "every cover can be taken off and washed. We ship flat where we can, because air is the most expensive thing "
        "to send across an ocean, and we take back what has served its time.",
        {"contents": "Table of Contents", "about": "Our story", "care": "Care instructions", "index": "Product Index"},
    ),
    "de": Tongue(
        "latin", ",", "EUR", "€", False, ("Stuhl", "Sessel", "Beistelltisch", "Regal", "Hocker", "Leuchte"),
        _labels("Artikel-Nr.|Bezeichnung|Preis|Breite|Tiefe|Höhe|Material|"
            "Oberfläche|Farbe|Gewicht|Abmessungen|Entwurf|Serie"),
        ("Eiche massiv", "Nussbaum", "Edelstahl", "Leder", "Leinen"), ("geölt", "lackiert", "poliert", "gebürstet"),
        "Fortsetzung",
        "Unsere Werkstatt liegt am Rand des Waldes, aus dem das Holz kommt. Jedes Brett wird von Hand ausgesucht und "
        "lagert zwei Jahre, bevor daraus ein Möbel wird. Was das Haus verlässt, haben drei Menschen geprüft, und jeder "
        "von ihnen darf es zurückschicken. So entstehen Stücke, die lange bleiben.",
        {"contents": "Inhalt", "about": "Über uns", "care": "Pflegehinweise", "index": "Register"},
    ),
    "it": Tongue(
        "latin", ",", "EUR", "€", True, ("sedia", "poltrona", "tavolino", "libreria", "pouf", "lampada"),
        _labels("Codice|Descrizione|Prezzo|Larghezza|Profondità|Altezza|"
            "Materiale|Finitura|Colore|Peso|Dimensioni|Designer|Collezione"),
        ("Rovere", "Noce", "Acciaio", "Marmo", "Velluto"), ("lucido", "opaco", "spazzolato", "satinato"),
        "segue",
        "La nostra bottega lavora il legno da tre generazioni. Ogni tavola viene scelta a mano e riposa due inverni "
        "prima di diventare un mobile. Niente lascia la casa senza che tre persone lo abbiano guardato con calma, e "
        "ognuna di loro può rimandarlo indietro quando qualcosa non la convince del tutto.",
        {"contents": "Indice", "about": "Chi siamo", "care": "Manutenzione", "index": "Indice analitico"},
    ),
    "fr": Tongue(
        "latin", ",", "EUR", "€", False, ("chaise", "fauteuil", "guéridon", "étagère", "tabouret", "lampadaire"),
        _labels("Référence|Désignation|Prix|Largeur|Profondeur|Hauteur|"
            "Matière|Finition|Coloris|Poids|Dimensions|Designer|Collection"),
        ("Chêne", "Noyer", "Acier", "Marbre", "Velours"), ("poli", "mat", "brossé", "satiné"),
        "suite",
        "Notre atelier travaille le bois depuis trois générations. Chaque planche est choisie à la main et repose deux "
        "hivers avant de devenir un meuble. Rien ne quitte la maison sans que trois personnes l'aient regardé "
        "longuement, et chacune d'elles peut le renvoyer si quelque chose ne lui plaît pas.",
        {"contents": "Sommaire", "about": "À propos", "care": "Entretien", "index": "Index"},
    ),
    "pl": Tongue(
        "polish", ",", "PLN", "zł", False, ("krzesło", "fotel", "stolik", "regał", "pufa", "lampa"),
        _labels("Kod|Nazwa|Cena|Szerokość|Głębokość|Wysokość|Materiał|Wykończenie|"
            "Kolor|Waga|Wymiary|Projektant|Kolekcja"),
        ("Dąb", "Orzech", "Stal", "Marmur", "Len"), ("lakierowany", "polerowany", "matowy", "olejowany"),
        "ciąg dalszy",

               "Nasza pracownia leży na skraju lasu, z którego pochodzi drewno. Każda deska jest wybierana ręcznie i "
        "odpoczywa dwie zimy, zanim stanie się meblem. Nic nie opuszcza domu, zanim nie obejrzą tego trzy "
        "osoby, a każda z nich może odesłać mebel z powrotem do poprawki.",
        {"contents": "Spis treści", "about": "O nas", "care": "Pielęgnacja", "index": "Indeks"},
    ),
    "el": Tongue(
        "greek", ",", "EUR", "€", False, ("καρέκλα", "πολυθρόνα", "τραπεζάκι", "βιβλιοθήκη", "σκαμπό", "φωτιστικό"),
        _labels("Κωδικός|Περιγραφή|Τιμή|Πλάτος|Βάθος|Ύψος|Υλικό|Φινίρισμα|Χρώμα|Βάρος|Διαστάσεις|Σχεδιαστής|Συλλογή"),
        ("Δρυς", "Καρυδιά", "Μάρμαρο", "Γυαλί", "Λινό"), ("γυαλιστερό", "ματ", "σατινέ", "φυσικό"),
        "συνέχεια",
        "Το εργαστήριό μας δουλεύει το ξύλο εδώ και τρεις γενιές. Κάθε σανίδα επιλέγεται με το χέρι και ξεκουράζεται "
        "δύο χειμώνες πριν γίνει έπιπλο. Τίποτα δεν φεύγει από το σπίτι πριν το κοιτάξουν τρεις άνθρωποι με ηρεμία, "
        "και ο καθένας τους μπορεί να το στείλει πίσω.",
        {"contents": "Περιεχόμενα", "about": "Η εταιρεία", "care": "Φροντίδα", "index": "Ευρετήριο"},
    ),
    "ru": Tongue(
        "cyrillic", ",", "RUB", "₽", False, ("стул", "кресло", "столик", "стеллаж", "пуф", "светильник"),
        _labels("Артикул|Наименование|Цена|Ширина|Глубина|Высота|Материал|Отделка|Цвет|Вес|Размеры|Дизайнер|Коллекция"),
        ("Дуб", "Орех", "Сталь", "Мрамор", "Лён"), ("полированный", "матовый", "лакированный", "глянцевый"),
        "продолжение",
        "Наша мастерская стоит на краю леса, из которого приходит дерево. Каждую доску выбирают руками, и она отдыхает "
        "две зимы, прежде чем стать мебелью. Ничто не покидает дом, пока на это не посмотрят три человека, и каждый из "
        "них может отправить вещь обратно в работу.",
        {"contents": "Содержание", "about": "О компании", "care": "Уход", "index": "Указатель"},
    ),
    "he": Tongue(
        "hebrew", ".", "ILS", "₪", False, ("כיסא", "ספה", "שולחן", "מדף", "מנורה"),
        _labels('מק"ט|תיאור|מחיר|רוחב|עומק|גובה|חומר|גימור|צבע|משקל|מידות|מעצב|סדרה'),
        ("עץ אלון", "שיש", "עור"), ("מבריק", "מט"), "המשך", "אנחנו בונים רהיטים ביד כבר שלושה דורות.",
    ),
}  # fmt: skip


class Assortment:
    """Names, codes and numbers of one catalog; no name and no code comes twice."""

    def __init__(self, random: Random, tongue: Tongue) -> None:
        self._random, self._tongue = random, tongue
        pool = NAMES[tongue.script].split()
        self._names = random.sample(pool, len(pool))
        self._used: set[str] = set()
        self._prefix = "".join(random.sample("ABDEGKLMNRSTV", 2))
        self._pattern = random.choice(("{p}{n}", "{p}-{n}", "{p} {n}", "{n}-{m}", "{p}{n}.{m}", "{n}"))

    def name(self, *, plain: bool = False) -> str:
        """A new name: one word, or a word with the kind of goods."""
        while True:
            word = self._random.choice(self._names)
            kind = self._random.choice(self._tongue.kinds)
            name = word if plain else f"{word} {kind}"
            if plain and name in self._used:
                name = f"{word} {self._random.choice(self._names)}"
            if name not in self._used:
                self._used.add(name)
                return name

    def code(self) -> str:
        while True:
            number = self._random.randrange(1010, 9899)
            code = self._pattern.format(p=self._prefix, n=number, m=self._random.randrange(10, 99))
            if code not in self._used:
                self._used.add(code)
                return code

    def amount(self, low: int = 40, high: int = 4800) -> str:
        """A price as a decimal string with a dot."""
        whole = self._random.randrange(low, high)
        return f"{whole}.{self._random.choice(('00', '50', '90', '95'))}"

    def size(self, low: int = 18, high: int = 220) -> str:
        whole = self._random.randrange(low, high)
        return f"{whole}.5" if self._random.random() < 0.2 else str(whole)

    def material(self) -> str:
        return self._random.choice(self._tongue.materials)

    def finish(self) -> str:
        return self._random.choice(self._tongue.finishes)

    def write(self, number: str) -> str:
        """A number with the language's decimal mark; whole numbers stay."""
        return number.replace(".", self._tongue.mark)

    def write_price(self, amount: str, *, sign: bool = True, cents: bool = True) -> str:
        """An amount as the language prints it, thousands grouped."""
        whole, fraction = amount.split(".")
        group = "," if self._tongue.mark == "." else "." if self._tongue.currency == "EUR" else " "
        grouped = f"{int(whole):,}".replace(",", group)
        text = f"{grouped}{self._tongue.mark}{fraction}" if cents else grouped
        if not sign:
            return text
        gap = "" if self._tongue.before and self._tongue.currency in ("GBP", "USD") else " "
        return f"{self._tongue.sign}{gap}{text}" if self._tongue.before else f"{text} {self._tongue.sign}"
