"""What becomes of what was written to many when two accounts become one."""

from features.accounts.merging import Part, columns, parts


def register():
    ruled = columns("marketing", move="Newsletter.made_by Newsletter.sent_by Announcement.made_by")
    parts.register("marketing", Part(ruled))
