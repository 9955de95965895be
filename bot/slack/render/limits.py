"""
What Slack takes, as named numbers.

Sources: https://docs.slack.dev/reference/block-kit/blocks and the models of slack_sdk 3.47; the
characters of a whole message are measured refusals
(https://github.com/slackapi/bolt-js/issues/2509).
"""

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
MESSAGE_TEXT = 4000  # characters; recommended
MESSAGE_CHARS = 11_000  # characters over all blocks; about 13,200 are refused
PARTS = 8  # messages one reply may become
SECTION = 3000  # characters
FIELDS = 10  # of a section
FIELD_LABEL, FIELD_VALUE = 30, 60  # characters that stay readable in half a column
HEADER = 150  # characters
CONTEXT_ELEMENTS = 10
MARKDOWN = 10_000  # characters; 12,000 over all markdown blocks of a message
ROW = 5  # buttons beside each other before the rest goes into a menu
ACTIONS_ELEMENTS = 25
OVERFLOW = range(2, 6)  # options of a menu
BUTTON_TEXT = 75  # characters
BUTTON_SHOWN = 30  # characters of a button that a narrow screen shows
OPTION_TEXT, OPTION_VALUE = 75, 150  # characters
RADIO = 10  # options; more need a menu
OPTIONS = 100  # of a menu in a form
CONFIRM_TITLE, CONFIRM_TEXT, CONFIRM_BUTTON = 100, 300, 30  # characters
MODAL_TITLE = 24  # characters; also of its submit and close
PRIVATE_METADATA = 3000  # characters
LABEL = 2000  # characters of a field's label or hint
INPUT = 3000  # characters of a text field
FILES = 10  # of a file field
ALERT = 200  # characters; modals alone draw alerts
TABLE_ROWS, TABLE_COLUMNS, TABLE_CHARS = 100, 20, 10_000
TABLES, CHARTS = 1, 2  # in one message
PAGE = 5  # rows of a data table shown at once
CHART_TITLE, CHART_LABEL, CHART_POINTS = 50, 20, 20
CONTAINER_CHILDREN, CONTAINER_TITLE = 10, 150
INSIDE = frozenset(
    {"section", "context", "divider", "actions", "table", "header", "image", "video"}
)  # what a container holds
