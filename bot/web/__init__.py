"""The web page: chat, guided dialog, knowledge, decisions and health in a browser."""
