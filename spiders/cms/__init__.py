"""CMS families: a site of a known family needs only its address, name and region."""

from __future__ import annotations

from spiders.cms import (
    beijing,
    easysite,
    epoint,
    founder,
    gd_portal,
    gkmlpt,
    hebei,
    jiangxi,
    jpaas,
    jpage,
    jsearch,
    liaoning,
    lonsun,
    nda,
    regulation_db,
    shanghai,
    trs,
    ucap,
)
from spiders.cms.family import Family

#: special before general: the first that recognises an address is taken
_MODULES = (
    trs,
    jpage,
    jpaas,
    ucap,
    gkmlpt,
    gd_portal,
    shanghai,
    nda,
    lonsun,
    hebei,
    liaoning,
    beijing,
    epoint,
    jiangxi,
    jsearch,
    regulation_db,
    founder,
    easysite,
)
FAMILIES: dict[str, Family] = {module.FAMILY.id: module.FAMILY for module in _MODULES}

__all__ = ["FAMILIES", "Family"]
