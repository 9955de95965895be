"""How the id of a person is spelled: its platform first ("slack:T024BE7LD:U061F7AUR")."""

TERMINAL = "terminal"  # the one face that is no platform of the settings
