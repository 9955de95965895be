"""
How long everything that is remembered lives, in seconds, and what ends with it: the one table.

What is not here lives until somebody removes it: the documents, the audit trail, what people said
of answers, and decision models.
"""

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR

# turns
TURN = DAY  # after it a delivery that is repeated counts as a new message
QUEUE = DAY  # the queue of one place, since somebody last joined it
PRESSED = 30  # the same press by impatient fingers counts once
BUDGET = HOUR  # how much a platform was asked lately; longer than any platform counts back
LINE = 15 * MINUTE  # an answer that waited so long for a platform to take it is given up
STOPPED = 10 * MINUTE  # longer than a turn takes: what was stopped then shows nothing more
SHOWN = DAY  # where an answer stands; a question changed or deleted later leaves it as it is
PROBE = MINUTE  # the value written to see whether Redis takes writes
STATE = DAY  # what is saved without a word on how long

# questions
ANSWER = DAY  # its sources, suggestions and feedback then say that it has expired
TRACE = DAY  # how an answer was made can then no longer be shown
THREAD = DAY  # since the last turn; then a question stands for itself again
CHANGED_QUESTION = 10 * MINUTE  # a question changed later is not offered to be answered again
HANDOVER = 30 * DAY  # a question handed over to people can then no longer be settled

# insights
LEDGER = 91 * DAY  # since a day's last question; then it leaves the insights

# documents
JOB = 7 * DAY  # a file on its way, or given up, can then no longer be looked up
JOB_UNTAKEN = DAY  # a file that no worker took is then given up
JOB_QUEUED_AGAIN = 5 * MINUTE  # a job that seems lost may then be queued once more
PLAN = DAY  # a change of several documents can then no longer be made or taken back
REQUEST = 90 * DAY  # since a document was last asked for; then it leaves the list
REVIEW_TOLD = 400 * DAY  # whose document or decision it is may then be told of that day again

# the language model
BUDGET = 62 * DAY  # what a month cost can then no longer be told

# the guided dialog
RUN = 7 * DAY  # since the last answer; then the dialog begins anew
FINISHED_RUN = 3650 * DAY  # a result its person has not deleted then leaves the history

LIVE = 30 * DAY  # since it was shown; a team's card in a channel then changes no more

# lists of one owner's latest things
LIST = 90 * DAY  # since something was last added

# machines
EVENT = 2 * DAY  # what an address of a webhook did not take by then is given up
EVENT_CLAIM = MINUTE  # a process that delivers an event and dies lets another one do so
TOKEN_SHOWN = 30 * DAY  # since a token ended; then it leaves the list

# faces
TOLD = 30 * DAY  # what somebody of the page was told then waits for them no more
PERSON_SLACK = 5 * MINUTE  # what Slack says of a person is then asked again
INSTALLATION_BELIEVED = MINUTE  # which token a workspace of Slack gave is then looked up again
INSTALLATION_STATE = 10 * MINUTE  # whoever left to install us in Slack then begins anew
TOKEN_EXCHANGE = MINUTE  # another process then exchanges a token of Slack that ends
PERSON_TEAMS = 10 * MINUTE  # what Teams says of a person is then asked again
PERSON_NAME = 10 * MINUTE  # a platform is then asked again what somebody is called
REACHED_TEAMS = 400 * DAY  # since somebody last spoke to us in Teams; we then do not speak first
SPOKEN_LANGUAGE = 90 * DAY  # since somebody last changed theirs; then it is their client's again
BASE_CARD = DAY  # a card of a channel in Teams can then no longer be shown again
FEEDBACK_TARGET = 7 * DAY  # a vote in Teams then no longer finds its answer
FILE_OFFER = DAY  # a file offered in Teams is then offered no more
SIGNING_KEYS = DAY  # keys that Teams signs with are then looked up anew
BLOCK_LEVEL = DAY  # a workspace of Slack is then tried with the newest blocks again
TALK = 90 * DAY  # since its last turn, where no setting says otherwise; a talk then goes
SHARED_TALK = 30 * DAY  # a read-only link then opens nothing any more
SIGN_IN = DAY  # whoever signed in on the web page then signs in again
SIGN_IN_BLOCK = 15 * MINUTE  # whoever guessed passwords may then try again
SIGN_IN_RECALL = 5 * MINUTE  # who somebody is has then to be looked up again, Redis away or not
SIGN_IN_ATTEMPT = 10 * MINUTE  # whoever left for the company's sign-in then begins anew
KNOWN_BROWSER = 180 * DAY  # a browser that signed in then counts as a stranger's again
COOKIE = 365 * DAY  # a browser's choice of language is then forgotten
