"""Short forms of first names, without accents: the names on one line may belong to one person."""

LINES = """
abigail abby gail
albert al bert
alexander alex sandy sasha xander
alexandra alex sandra sasha
andrew andy drew
ann anna anne annie nan nancy
anthony tony
barbara barb babs
benjamin ben benny
catherine katherine kathryn katarina katerina kate katie cathy kathy kitty
charles charlie chuck karl karel
christina christine chris tina
christopher chris kit
daniel dan danny
david dave
deborah debbie deb
dorothy dot dolly
edward ed eddie ned ted
elizabeth alzbeta beth betty eliza liz lizzie
francis frank frankie
francisco paco pancho
frederick fred freddie fritz friedrich
geoffrey jeffrey geoff jeff
gerald jerry gerry
giuseppe beppe
guillermo memo
heinrich heinz henry
helen nell nellie
henry harry hank
ignacio nacho
jakub kuba
james jim jimmy jamie
jan honza
jiri jirka
johannes hans
john jack johnny
jose pepe
josef joseph joe joey pepa
kenneth ken kenny
lawrence larry
margaret greta maggie meg peggy
mary mae molly polly
matthew matt
michael mick mickey mike
nicholas nick nicky
patricia pat patty trish
patrick pat paddy
peter pete
philip phil
rebecca becky
richard dick rich rick
robert bob bobby rob robbie
ronald ron
samuel samantha sam
sarah sally
stephen steven steve
susan sue suzy
theodore ted teddy theo
thomas tom tommy
victoria vicky tori
walter walt wally
william bill billy liam will
""".strip().splitlines()


def _by_name() -> dict[str, set[int]]:
    lines_of: dict[str, set[int]] = {}
    for number, line in enumerate(LINES):
        for name in line.split():
            lines_of.setdefault(name, set()).add(number)
    return lines_of


OF_NAME = _by_name()


def is_short_form(name: str, other: str) -> bool:
    return not OF_NAME.get(name, set()).isdisjoint(OF_NAME.get(other, set()))
