"""The words that pictures of the demo are made of. All lists are ours."""

SIGN_WORDS = """
river stone apple garden window market bridge yellow silver table winter summer spring autumn coffee butter orange
lemon pepper sugar honey bread cheese water juice tea milk rice bean corn olive grape melon peach plum cherry berry
onion carrot potato tomato salad soup pasta pizza cake cookie candy farm field forest hill lake ocean beach island
desert valley cloud storm rain snow wind sun moon star light shadow fire smoke ice sand rock gold iron copper wood
paper glass cotton wool silk leather brick steel north south east west left right open closed push pull stop exit
enter start finish hotel motel school museum library station airport harbor tower castle church palace temple office
shop bakery bank cafe cinema theater park zoo garage hospital pharmacy police post taxi bus tram train plane ship boat
bike car truck van road street avenue lane square gate door wall roof floor stairs room
""".split()

FIRST_NAMES = """
Anna Tom Maria Peter Lucy David Emma Paul Nina Mark Clara Hugo Julia Oscar Laura Simon Alice Felix Martha Leo Helen Ivan
Sarah Max Eva Daniel Rosa Adam Olga Victor Grace Henry Irene Jacob Karen Louis
""".split()

LAST_NAMES = """
Smith Brown Miller Wilson Moore Clark Lewis Walker Young King Wright Hill Green Baker Adams Nelson Carter Turner Parker
Evans Collins Cook Morgan Bell Cooper Ward Gray Watson Brooks Kelly Price Wood Ross Hughes Foster
""".split()

CITIES = """
London Paris Berlin Rome Madrid Vienna Oslo Dublin Prague Lisbon Athens Warsaw Zurich Geneva Milan Munich Lyon Porto Turin
Boston Denver Dallas Austin Miami
""".split()

STREETS = "Main Oak Park Lake Hill Elm Pine Mill Church Station River Garden School Market King Queen".split()

SHOPS = """
Corner Shop|Green Market|Sunny Cafe|City Bakery|Blue Bistro|Book House|Garden Store|Happy Deli|Star Grill|Old Mill|Tea Room|
Fish Bar|Pasta Place|Music Box|Toy World|Shoe Point|Lamp Studio|Farm Fresh|Golden Fork|River Inn
""".replace("\n", "").split("|")

GOODS = """
Coffee Tea Bread Milk Cheese Butter Apples Bananas Rice Sugar Salt Eggs Soup Salad Pizza Pasta Juice Water Cake Cookies Fish
Chicken Honey Jam Beans Corn Soap Candles Paper Pens
""".split()

MONTHS = "January February March April May June July August September October November December".split()
SHORT_MONTHS = [month[:3] for month in MONTHS]
PAYMENTS = ["Cash", "Card", "Check", "Voucher"]
JOBS = "Teacher Nurse Driver Painter Farmer Baker Lawyer Doctor Pilot Writer Singer Cook Clerk Tailor".split()
TOPICS = "garden party|new house|summer trip|piano lesson|school play|book club|chess game|boat tour|train ticket|birthday cake".split("|")

# What a chart is about: title, the noun of its categories, the categories.
CHARTS = [
    ("Fruit sold", "fruit", "Apple Plum Lemon Peach Grape Melon Pear Kiwi Fig Lime".split()),
    ("Pets in town", "pet", "Dog Cat Bird Fish Mouse Horse Goat Duck".split()),
    ("Rain in mm", "month", SHORT_MONTHS),
    ("Visitors", "year", [str(year) for year in range(2008, 2024)]),
    ("Goals scored", "team", "Reds Blues Lions Bears Hawks Wolves Stars Kings".split()),
    ("Books read", "pupil", "Anna Tom Lucy Paul Nina Mark Leo Eva Max Rosa".split()),
    ("Energy mix", "source", "Wind Solar Gas Coal Oil Hydro Wood".split()),
    ("Trees planted", "city", "Oslo Rome Paris Milan Lyon Porto Turin Miami".split()),
    ("Cups of tea", "day", "Mon Tue Wed Thu Fri Sat Sun".split()),
    ("Cars parked", "street", "Main Oak Park Lake Hill Elm Pine Mill".split()),
]
