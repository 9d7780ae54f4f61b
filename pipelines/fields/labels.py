"""What the tables of official pages call the fields of a document, most exact first."""

from __future__ import annotations

NUMBERS = (
    "发文字号", "文号", "发文号", "文件编号", "公文号", "字号", "文件号", "发布文号", "法规文号",
    "發文字號",
)  # fmt: skip
ISSUERS = (
    "发文机关", "发布机构", "发文单位", "制定机关", "发布单位", "发文机构", "发布机关", "公开主体",
    "责任部门", "印发机关", "公开机构", "发布部门", "颁布单位", "颁布机构", "信息来源",
)  # fmt: skip
WRITTEN = (
    "成文日期", "成文时间", "发文日期", "发文时间", "生成日期", "印发日期", "签发日期", "生成时间",
    "颁布日期", "制定日期", "發文日期",
)  # fmt: skip
EFFECTIVE = ("施行日期", "实施日期", "生效日期", "生效时间", "实施时间", "施行时间", "执行日期")
EXPIRY = ("失效日期", "废止日期", "失效时间", "有效期至", "截止有效期", "终止日期")
INDEX = ("索引号", "索取号", "信息索引号", "信息索引")
SUBJECTS = ("主题分类", "信息分类", "所属主题", "主题")
TOPIC_WORDS = ("主题词", "关键词")
IN_TEXT = frozenset(
    {
        *NUMBERS,
        *WRITTEN,
        *EFFECTIVE,
        *EXPIRY,
        *INDEX,
        "发布日期",
        "发布时间",
        "公开日期",
        "公布日期",
    }
    | {
        "发文机关",
        "发布机构",
        "发文单位",
        "制定机关",
        "发文机构",
        "发布机关",
        "颁布单位",
        "主题分类",
    }
    | {"有效性", "时效性", "效力状态", "文件状态", "时效状态"}
) - {"字号", "时效"}
"""Labels that say the same when their line stands at the front of a plain text."""
