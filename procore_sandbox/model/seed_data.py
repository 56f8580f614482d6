"""Names and codes of the seeded companies. A flat list."""

# name, number, Procore's time zone name, IANA name, start and stop times?
PROJECTS = (
    ("Harbour Bridge", "2201", "US/Pacific", "America/Los_Angeles", False),
    ("Mill Yard", "2210", "US/Pacific", "America/Los_Angeles", True),
    ("City Hospital", "2215", "US/Central", "America/Chicago", False),
    ("North Depot", "2220", "US/Eastern", "America/New_York", False),
    ("Lakeside School", "2231", "US/Mountain", "America/Denver", False),
    ("Secret Vault", "2299", "Europe/London", "Europe/London", False),
)
"""The second has start and stop times, the third sub jobs; the last is the one the app is not permitted to see."""

SUB_JOBS = (("EW", "East Wing"), ("WW", "West Wing"))

COST_CODES = (
    ("01", "300", "Site Supervision"),
    ("02", "220", "Demolition"),
    ("03", "100", "Formwork"),
    ("03", "200", "Reinforcing Steel"),
    ("03", "300", "Cast-in-place Concrete"),
    ("05", "120", "Structural Steel"),
    ("06", "100", "Rough Carpentry"),
    ("09", "250", "Drywall"),
    ("22", "050", "Plumbing"),
    ("26", "050", "Electrical"),
)

LINE_ITEM_TYPES = (
    ("Labor", "L", "labor"),
    ("Equipment", "E", "equipment"),
    ("Materials", "M", "materials"),
    ("Commitment", "S", "commitment"),
    ("Other", "O", "other"),
)

TIME_TYPES = (
    ("Regular Time", "RT", True),
    ("Overtime", "OT", True),
    ("Double Time", "DT", True),
    ("Exempt", "EX", True),
    ("Holiday", "HOL", True),
    ("PTO", "PTO", True),
    ("Salary", "SAL", True),
    ("Vacation", "VAC", True),
    ("Per Diem", "PD", False),
)

WORK_CLASSIFICATIONS = (("Carpenter", "CARP"), ("Ironworker", "IRON"), ("Labourer", "LAB"))
LOCATIONS = ("Level 1", "Level 2", "Yard")
CREWS = ("Crew A",)

WITHOUT_EMAIL = frozenset({9, 15, 21, 27, 33})

FIRST_NAMES = (
    "Dana",
    "Frank",
    "Ines",
    "Marcus",
    "Ana",
    "Ana",
    "Liam",
    "Noah",
    "Olga",
    "Pedro",
    "Quinn",
    "Rosa",
    "Sven",
    "Tara",
    "Umar",
    "Vera",
    "Wei",
    "Ximena",
    "Yusuf",
    "Zoe",
    "Aaron",
    "Bella",
    "Carlos",
    "Dora",
    "Emil",
    "Fatima",
    "George",
    "Hanna",
    "Igor",
    "Jana",
    "Karl",
    "Lena",
    "Milan",
    "Nina",
    "Oscar",
    "Paula",
    "Ravi",
    "Sofia",
    "Tom",
    "Uma",
)

LAST_NAMES = (
    "Ortiz",
    "Weber",
    "Kovac",
    "Bell",
    "Ruiz",
    "Ruiz",
    "Walsh",
    "Meyer",
    "Petrova",
    "Gomez",
    "Adams",
    "Martinez",
    "Larsen",
    "Singh",
    "Khan",
    "Novak",
    "Chen",
    "Torres",
    "Demir",
    "Hart",
    "Brooks",
    "Rossi",
    "Silva",
    "Kowalska",
    "Berg",
    "Haddad",
    "Price",
    "Schulz",
    "Popov",
    "Horvat",
    "Fischer",
    "Lund",
    "Jovanovic",
    "Costa",
    "Wilde",
    "Santos",
    "Patel",
    "Moreau",
    "Baker",
    "Iyer",
)
"""Ana Ruiz is there twice."""
