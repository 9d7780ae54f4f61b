"""CMS families: a site of a known family needs only its address, name and region."""

from __future__ import annotations

from spiders.cms import (
    easysite,
    gd_portal,
    gkmlpt,
    jpaas,
    jpage,
    lonsun,
    nda,
    shanghai,
    trs,
    ucap,
)
from spiders.cms.family import Family

FAMILIES: dict[str, Family] = {
    module.FAMILY.id: module.FAMILY
    for module in (trs, jpage, jpaas, ucap, gkmlpt, gd_portal, shanghai, nda, lonsun, easysite)
}

__all__ = ["FAMILIES", "Family"]
