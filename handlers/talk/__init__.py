"""What people say that is no question to the documents: greetings, thanks, a wish for help or for the list of documents."""
