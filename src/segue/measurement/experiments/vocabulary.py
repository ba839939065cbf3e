"""Vocabulary: words in the names of columns and of arms that say what they are, in English, and some in German, French
and Spanish.
"""

PERSON = (
    *("user", "customer", "client", "unit", "visitor", "member", "household", "account", "subscriber", "person"),
    *("shopper", "buyer", "player", "guest", "participant", "subject", "patient", "holder", "cardholder", "msisdn"),
    *("email", "phone", "kunde", "kundin", "kundennummer", "nutzer", "mitglied", "haushalt", "cliente", "usuario"),
)
UNIT = ("id", "uid", "uuid", "guid", "nummer", "kundennr", *PERSON)
ARM = (
    *("arm", "variant", "variation", "treatment", "treated", "group", "assignment", "experiment", "exp", "test", "ab"),
    *("variante", "gruppe", "testgruppe", "versuchsgruppe", "groupe", "grupo"),
)
ARM_TOO = ("segment", "cell", "version", "promotion", "campaign", "condition", "split", "bucket", "kampagne", "zelle")
CONTROL = (
    *("control", "ctrl", "ctl", "holdout", "holdback", "placebo", "none", "no", "off", "false", "0", "baseline", "psa"),
    *("default", "original", "untreated", "unexposed", "bau"),
    *(
        "kontrolle",
        "kontrollgruppe",
        "nein",
        "ohne",
        "kein",
        "keine",
        "t\u00e9moin",
        "temoin",
        "contr\u00f4le",
        "controle",
    ),
)
RATE = (
    *("visit", "conversion", "converted", "convert", "purchase", "purchased", "bought", "click", "clicked"),
    *("retention", "retained", "churn", "churned", "opened", "response", "responded", "subscribed", "unsubscribed"),
    *("target", "signup", "registered", "enrolled", "activated", "success", "label", "gekauft", "kauf", "konvertiert"),
    *("bestellt", "geklickt", "angemeldet", "abgemeldet", "achat", "conversions", "compra"),
)
REVENUE = (
    *("spend", "spent", "revenue", "sales", "amount", "gmv", "turnover", "margin", "value", "earning", "earnings"),
    *("profit", "umsatz", "betrag", "erl\u00f6s", "wert", "bestellwert", "ca", "montant", "affaires", "ingresos"),
)
COUNT = (
    *("visits", "clicks", "orders", "sessions", "conversions", "purchases", "rounds", "gamerounds", "outcome", "y"),
    *(
        "views",
        "pageviews",
        "items",
        "duration",
        "minutes",
        "engagement",
        "bestellungen",
        "k\u00e4ufe",
        "klicks",
        "besuche",
    ),
)
TIME = ("time", "minutes", "seconds", "hours", "duration")
LESS = (
    *("churn", "churned", "unsubscribe", "unsubscribed", "complaint", "complaints", "refund", "refunds", "bounce"),
    "abgemeldet",
)
MOMENT = ("date", "datum", "datetime", "timestamp", "day", "at")
BEFORE = ("pre", "before", "prior", "previous", "past", "history", "last", "baseline", "covariate", "vorher")
