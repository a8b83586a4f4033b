"""The web domain of an organisation: what it registered, from a website or an email.

shop.acme.co.uk and jan@acme.co.uk are both acme.co.uk, by the list of public suffixes. Where anybody can have a mailbox
or a page, the domain says nothing of its owner and is none: mail providers, and suffixes such as github.io.
"""

from functools import cache, lru_cache

import idna
from publicsuffixlist import PublicSuffixList

from customers.lib.placeholders import NO_ENDINGS

MAIL_PROVIDERS = frozenset(
    domain
    for domains in (
        "126.com 139.com 163.com 189.cn abv.bg aim.com alice.it aliyun.com aol.com arcor.de att.net azet.sk",
        "bell.net bellsouth.net bigpond.com bk.ru bluewin.ch bol.com.br bt.com btinternet.com byom.de centrum.cz",
        "centrum.sk charter.net citromail.hu comcast.net cox.net daum.net docomo.ne.jp duck.com earthlink.net",
        "email.com email.cz eresmas.com ezweb.ne.jp fastmail.com fastmail.fm foxmail.com free.fr freemail.hu",
        "freenet.de frontier.com gmail.com gmx.at gmx.ch gmx.com gmx.de gmx.net go.com googlemail.com",
        "guerrillamail.com hanmail.net hey.com hispavista.com hotmail.be hotmail.ca hotmail.co.uk hotmail.com",
        "hotmail.com.br hotmail.de hotmail.es hotmail.fr hotmail.it hotmail.nl hush.com hushmail.com i.ua",
        "icloud.com ig.com.br inbox.lv inbox.ru indiatimes.com interia.pl iol.pt jubii.dk juno.com kakao.com",
        "kpnmail.nl laposte.net libero.it list.ru live.be live.ca live.co.uk live.com live.com.au live.de live.dk",
        "live.fr live.it live.nl live.no live.se mac.com mail.bg mail.com mail.de mail.ee mail.ru mailbox.org",
        "mailinator.com me.com msn.com mts.net nate.com naver.com neuf.fr ntlworld.com o2.co.uk o2.pl onet.eu",
        "onet.pl online.de online.no optonline.net optusnet.com.au orange.fr outlook.at outlook.be outlook.com",
        "outlook.de outlook.es outlook.fr outlook.it outlook.pt pm.me post.cz posteo.de proton.me protonmail.ch",
        "protonmail.com qq.com rambler.ru rediffmail.com rocketmail.com rogers.com sapo.pt sasktel.net",
        "sbcglobal.net seznam.cz sfr.fr shaw.ca sina.cn sina.com sky.com skynet.be sohu.com t-online.de",
        "t-online.hu talktalk.net telenet.be telia.com telus.net tempmail.com terra.com.br terra.es tin.it",
        "tiscali.it tlen.pl tuta.com tuta.io tutanota.com ukr.net uol.com.br usa.net verizon.net virgilio.it",
        "virginmedia.com volny.cz wanadoo.fr web.de windowslive.com windstream.net wp.pl xs4all.nl xtra.co.nz",
        "ya.ru yahoo.ca yahoo.co.id yahoo.co.in yahoo.co.jp yahoo.co.uk yahoo.com yahoo.com.ar yahoo.com.au",
        "yahoo.com.br yahoo.com.mx yahoo.de yahoo.es yahoo.fr yahoo.gr yahoo.in yahoo.it yandex.com yandex.ru",
        "yeah.net ymail.com yopmail.com ziggo.nl zoho.com zonnet.nl",
    )
    for domain in domains.split()
)
NO_OWNER = MAIL_PROVIDERS | {
    *("amazon.com", "ebay.com", "etsy.com", "facebook.com", "google.com", "instagram.com", "linkedin.com", "linktr.ee"),
    *("medium.com", "t.me", "tiktok.com", "twitter.com", "wordpress.com", "x.com", "youtube.com"),
}
"""Whose domain a website may have that is somebody else's."""


@cache
def _suffixes() -> PublicSuffixList:
    # Read when it is first needed: it takes 30 ms.
    return PublicSuffixList()


def domain_of_email(email: str) -> str:
    """Of an email in its normal form."""
    return registered_domain(email.rpartition("@")[2])


def domain_of_website(website: str) -> str:
    address = website.strip().lower()
    host = (address.partition("://")[2] or address).partition("/")[0].partition("?")[0]
    return registered_domain(host.rpartition("@")[2].partition(":")[0])


@lru_cache(4096)  # many have one domain
def registered_domain(host: str) -> str:
    """What of the host was registered, in IDNA; "" for a provider of mailboxes or pages, and what is no host."""
    try:
        host = idna.encode(host.strip(". "), uts46=True).decode() if host else ""
    except idna.IDNAError:
        return ""
    ending = host.rpartition(".")[2]
    if host in NO_OWNER or ending in NO_ENDINGS or ending.isdecimal():
        return ""
    domain = _suffixes().privatesuffix(host) or ""
    return "" if domain in NO_OWNER else domain
