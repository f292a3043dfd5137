"""Errors sorted by who can act on them, and the sentence that a person reads for each code.

Code and parameters travel; the sentence is looked up and translated where it is shown. Whatever is none of
these classes is our own mistake and belongs in a crash report.
"""

from __future__ import annotations

from typing import Final

from tongcds.i18n import N_, _


class TongcdsError(Exception):
    """An error that a person can be told about."""

    def __init__(self, code: str, /, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params

    def __str__(self) -> str:
        """The code alone: parameters may be personal data, and this text reaches logs."""
        return self.code


class UserError(TongcdsError):
    """The person at the screen can put it right: shown beside the field, or in the message bar."""


class UnavailableError(TongcdsError):
    """The surroundings are not ready (offline, disk full, locked): shown as a state, tried again later."""


class CancelledError(TongcdsError):
    """The person stopped the work: nothing is shown, nothing is changed."""

    def __init__(self, code: str = "cancelled", /) -> None:
        super().__init__(code)


SENTENCES: Final[dict[str, str]] = {
    # the vault
    "not_enrolled": N_(
        "This computer does not belong to a team yet. Enter the invitation from your commune first."
    ),
    "passphrase_wait": N_(
        "Several wrong passphrases in a row. Wait {seconds} seconds and try again. Nothing was changed."
    ),
    "vault_exists": N_("There is already a vault in this folder. It was not touched; open it instead."),
    "passphrase_wrong": N_(
        "That passphrase does not open this vault. Nothing was changed; please try again."
    ),
    "passphrase_weak": N_(
        "This passphrase is too easy to guess. Use at least {length} characters, for example four words."
    ),
    "passphrase_common": N_(
        "This passphrase is among those that are tried first: well-known words, names, days or runs of keys. "
        "Take four words that do not belong together."
    ),
    "passphrase_taken": N_(
        "This passphrase cannot be used on this computer. Nothing was changed; make up another."
    ),
    "holder_unclear": N_(
        "{count} people of this computer match “{name}”. Nothing was changed; write the full name."
    ),
    "person_gone": N_("This person has no way in on this computer any more. Nothing was changed."),
    "last_person": N_(
        "You cannot take your own way in away, and somebody has to be able to open the vault. "
        "Nothing was changed."
    ),
    "only_lead": N_(
        "Only the person for whom this computer was enrolled may do that. Nothing was changed; ask them."
    ),
    "team_code_given": N_(
        "These are the four words for {person}'s first time. Make up a passphrase now; "
        "the words are then used up."
    ),
    "team_code_expired": N_(
        "The four words are older than a week and no longer valid. Ask the team's lead for new ones."
    ),
    "code_words": N_("The code has {wanted} words, two syllables each; {found} are there so far."),
    "code_word_unknown": N_("This is not a word of these codes: “{word}”. Have it read out once more."),
    "code_wrong": N_(
        "This code does not open the vault. Nothing was changed; have it read out once more "
        "and compare each word."
    ),
    "recovery_missing": N_(
        "There is no recovery code for this computer: none has reached the province yet. "
        "Nothing was changed; the province can open the vault with its own key."
    ),
    "province_key_wrong": N_(
        "This vault was not sealed to this key of the province. Nothing was changed; "
        "look for an older pair of keys."
    ),
    "shares_differ": N_(
        "These are not the two halves of one key. Nothing was opened; bring one file from each of the "
        "two people."
    ),
    "key_file_wrong": N_(
        "{file} is not the key file that is needed here. Nothing was opened; look for the other one."
    ),
    "key_file_there": N_(
        "There are key files in {folder} already. Nothing was written; choose an empty folder."
    ),
    "recovery_keys_exist": N_(
        "The province has keys for recovery already. Nothing was changed; new ones in their place "
        "need --replace."
    ),
    "reference_unknown": N_(
        "No laptop is known by the number {reference}. Have it read out once more, or look for the name "
        "with list."
    ),
    "pair_unknown": N_(
        "These are not two people, or two households, on record in one village. Nothing was changed; look "
        "for their numbers with the command duplicates."
    ),
    "take_unknown": N_(
        "There is no field called {field} that could be taken over. Nothing was changed; the command "
        "duplicates names them."
    ),
    "head_hidden": N_(
        "The other record heads a household. Nothing was changed; let that record be the one that shows, "
        "name another head first, or say that the two households are one."
    ),
    "village_unclear": N_(
        "No single village here is called “{name}”. Nothing was changed; write its whole name."
    ),
    "filter_unknown": N_(
        "There is no filter called {filter}. Nothing was changed; the command filters lists them all."
    ),
    "filter_empty": N_("A name and at least one filter are needed. Nothing was kept; choose some first."),
    "saved_filter_unknown": N_(
        "Nothing is kept under the name “{name}”. Nothing was changed; the command filters lists what is."
    ),
    "option_missing": N_("This needs {option} too. Nothing was done; add it and try again."),
    "pin_weak": N_("A PIN has {digits} digits, not all alike and not in a row. Nothing was changed."),
    "pin_wrong": N_("That is not your PIN. {left} tries are left; after them the passphrase is asked for."),
    "pin_wait": N_("Several wrong PINs in a row. Nothing was deleted; your passphrase opens at once."),
    "pin_gone": N_("Too many wrong PINs. Nothing was deleted; please open with your passphrase."),
    "lease_over": N_(
        "This computer has not heard from the province for too long. Everything is kept. Sync, or call the "
        "province for four words: computer {device}, number {number}."
    ),
    "device_stopped": N_(
        "The province has stopped this computer. Everything is kept, and what was not sent can still be "
        "sent. Call the province: computer {device}, number {number}."
    ),
    "lease_code_wrong": N_(
        "These words do not fit the number of this computer. Nothing was changed; have them read out "
        "once more."
    ),
    "lease_days_wrong": N_(
        "A lease has {least} to {longest} days. Nothing was changed; choose another number."
    ),
    "vault_missing": N_("There is no vault in this folder yet. Create one, or choose another folder."),
    "vault_damaged": N_(
        "The vault could not be read. It was left untouched. Restore the latest backup, "
        "or bring this computer to your commune's office."
    ),
    "vault_sound": N_("This vault opens, and nothing is wrong with it. It stays where it is."),
    "salvage_nothing": N_(
        "Nothing of this vault can be read, neither in its database nor in its journal. No file was written "
        "and nothing was changed. Save a copy of everything and bring it to your commune's office."
    ),
    "salvage_stopped": N_(
        "This computer was stopped by the province, or has not heard from it for too long, so nothing is "
        "shown of its vault. No file was written and nothing was changed. Bring it to your commune's office."
    ),
    "vault_doubted": N_(
        "A part of the vault is not as it was written. Nothing was changed. Please type your passphrase once "
        "more: the program then puts it right from its backup."
    ),
    "repair_loses": N_(
        "The vault is damaged. It can be made anew from the backup of {moment}; what was saved after that "
        "and had not reached the server would be lost. Nothing was changed yet."
    ),
    "vault_newer": N_(
        "This vault was used by a newer version of TongCDS. Your data are safe; please update this program."
    ),
    "vault_in_use": N_(
        "The vault is open in another TongCDS window. Close that window first; everything in it is saved."
    ),
    "disk_full": N_(
        "The disk is full, so this was not saved. Everything saved before is safe. "
        "Free at least 200 MB and save again."
    ),
    "disk_failing": N_(
        "The disk does not answer, so this was not saved. Everything saved before is safe. "
        "Try once more; if it stays so, make a backup onto a stick and tell your commune's office."
    ),
    "backup_no_room": N_(
        "There is too little room on this disk for a backup: {needed} MB are needed, {free} MB are free. "
        "Your work is saved; free some space soon."
    ),
    "backup_failed": N_(
        "The backup could not be read back, so it does not count. "
        "Your work and the earlier backups are safe; "
        "it is tried again later."
    ),
    "backup_unreadable": N_(
        "There is no backup in this folder that this passphrase opens. Nothing was changed; "
        "choose another folder."
    ),
    "unsent_restore": N_(
        "On this computer and not yet with the server: changes: {count}, photos and papers: {files}. "
        "This backup cannot take them up. Nothing was changed. First save a copy of everything onto a "
        "stick, then restore the backup."
    ),
    "unsent_anew": N_(
        "Changes in these files that the server has not received: {count}. Nothing was changed. "
        "First save a copy of everything onto a stick, then begin with an empty vault."
    ),
    "unsent_unknown": N_(
        "Nobody can tell whether the server has received everything in these files. Nothing was changed. "
        "First save a copy of everything onto a stick, then begin with an empty vault."
    ),
    "unsent_retire": N_(
        "On this computer and nowhere else: changes: {count}, photos and papers: {files}. "
        "Nothing was removed. Sync first, or back up onto a stick; or have a second person give "
        "a passphrase, too."
    ),
    "retire_unconfirmed": N_("Nothing was removed. To go on, type “{word}”."),
    "second_same": N_(
        "The second passphrase is not that of another person of this computer. Nothing was removed."
    ),
    "keys_stay": N_(
        "The keys of the vault could not be destroyed, as the disk does not take it. "
        "The vault opens no more, and the next start of the program tries again. "
        "Do not give the computer away yet."
    ),
    # invitations
    "invitation_unknown": N_(
        "The province's server does not know this invitation. Check the code, or ask for a new one."
    ),
    "invitation_used": N_(
        "This invitation has already been used on another computer. Ask your commune for a new one; "
        "whatever you wrote stays on this computer."
    ),
    "invitation_expired": N_(
        "This invitation has expired. Ask your commune for a new one; "
        "whatever you wrote stays on this computer."
    ),
    "invitation_withdrawn": N_(
        "This invitation was withdrawn. Everything that you wrote stays on this computer; "
        "ask your commune for a new invitation, it takes everything along."
    ),
    "invitation_expired_here": N_(
        "This invitation has expired: by this computer's clock it is {today}. Correct the clock if it is "
        "wrong, or ask your commune for a new invitation. Nothing was changed."
    ),
    "no_such_invitation": N_("There is no invitation {number}, or it was withdrawn before."),
    "invitation_damaged": N_(
        "This invitation cannot be read. Type the code again, or ask for the file once more."
    ),
    # the network and the server
    "server_unreachable": N_(
        "The province's server cannot be reached. Your work is saved on this computer "
        "and will be sent when there is a network."
    ),
    "captive_portal": N_(
        "This network asks you to sign in on a web page first. Open a browser, sign in, then sync again. "
        "Your work is saved on this computer."
    ),
    "server_busy": N_(
        "The province's server is busy. Your work is saved on this computer and will be sent again by itself."
    ),
    "server_refused": N_(
        "The province's server did not accept this computer. Your work is saved here; "
        "please ask your commune for a new invitation."
    ),
    "device_revoked": N_(
        "This computer was withdrawn by the province and syncs no more. What was written on it was handed in "
        "and is kept there until somebody decides about it; nothing was deleted here. "
        "If this is a mistake, ask your commune for a new invitation."
    ),
    "server_outdated": N_(
        "The province's server is older than this program and does not take everything yet. Nothing is lost: "
        "it is sent once the server is updated. Tell the province's office."
    ),
    "newer_records": N_(
        "The server already has kinds of data that this program does not know. Everything else is up to "
        "date; the rest comes after an update of this program."
    ),
    "protocol_unsupported": N_(
        "The province's server needs a newer version of TongCDS. Your work is saved; "
        "please update this program."
    ),
    "server_key_changed": N_(
        "The server at this address is not the one this computer was invited by. Nothing was sent. "
        "Please tell your commune's office."
    ),
    # the server's own command line
    "server_exists": N_("There is a server in {folder} already. Nothing was changed; choose another folder."),
    "server_missing": N_("There is no server in {folder}. Make one with the command init first."),
    "server_damaged": N_(
        "The files in {folder} cannot be read. Nothing was changed; put server.json and server.key back "
        "from a backup."
    ),
    "server_folder_unusable": N_("The folder {folder} cannot be used: {why}."),
    "server_address_taken": N_("The address {address} cannot be listened on: {why}."),
    "database_unreachable": N_("The server's database cannot be reached. Nothing was changed."),
    "unit_wrong_role": N_("Nobody of {unit} has this role. Check the unit, or leave the role out."),
    "trainer_name_taken": N_(
        "There is another trainer called {name} in this province, and a session names its trainers only in "
        "words: both would see it. Nobody was invited. Add something to the name that tells them apart."
    ),
    "units_not_alike": N_(
        "{source} cannot go into {target}: villages are merged into a village, communes into a commune, and "
        "a village moves to a commune. Nothing was changed."
    ),
    "picture_unknown": N_("{file}: write the QR code into a .svg or .png file."),
    "device_unknown": N_("There is no device {device}, or it was revoked before."),
    "minutes_out_of_range": N_(
        "A visit takes from 1 to {longest} minutes. Nothing was saved; correct the time or leave it empty."
    ),
    "distance_out_of_range": N_(
        "The way to a visit is {farthest} km at most. Nothing was saved; correct it or leave it empty."
    ),
    "address_missing": N_(
        "A code alone does not say where the server is. Type the address that stands below the code too."
    ),
    # bundles on a stick
    "stick_unwritable": N_(
        "The file could not be written there: the stick is full, locked or was pulled out. "
        "Your work is still on this computer. Free some space or take another stick."
    ),
    "stick_lies": N_(
        "What was written to this stick could not be read back. Your work is still on this computer. "
        "Take another stick; this one may lose files."
    ),
    "bundle_damaged": N_(
        "This file is damaged or incomplete. Nothing was changed. Copy it again, or ask for it once more."
    ),
    "bundle_foreign": N_(
        "This file is not for this program, or comes from another server. Nothing was changed."
    ),
    "bundle_own": N_(
        "This file was written by this computer. Take it to a computer with a network, "
        "then bring the answer back."
    ),
    "courier_full": N_(
        "This computer carries as many files for others as it can. Nothing was changed. Sync it where there "
        "is a network first, or take the file to another computer."
    ),
    # files
    "file_missing": N_("The file is not there any more. Nothing was changed; choose the file again."),
    "file_encrypted": N_(
        "This file is protected by a password. Nothing was changed. "
        "Open it in Excel, remove the password, save it and try again."
    ),
    "file_damaged": N_(
        "This file is damaged or incomplete. Nothing was changed. "
        "Ask for the file again, or save it anew in Excel."
    ),
    "file_not_spreadsheet": N_("This file is not a spreadsheet. Nothing was changed. Choose an .xlsx file."),
    "file_unsafe": N_(
        "This file is built in a way that could stop the program, so it was not opened. Nothing was changed. "
        "Save it anew in Excel and try again."
    ),
    "file_too_big": N_(
        "This file is too big to be a register (more than {limit}). Nothing was changed. Split it by village."
    ),
    "no_register": N_(
        "No register was found in this file: no row names the columns for household and head. "
        "Nothing was changed. Choose the right file, or say which row names the columns."
    ),
    # photos and papers
    "attachment_kind": N_(
        "This file is neither a photo (JPEG, PNG) nor a PDF. Nothing was saved; choose another file."
    ),
    "attachment_too_big": N_(
        "This file is larger than {limit} MB. Nothing was saved; take the photo again in a smaller size."
    ),
    "attachment_huge": N_(
        "This picture has more dots than this program can show. Nothing was saved; "
        "make it smaller or take it again."
    ),
    "attachment_incomplete": N_(
        "This file is damaged or incomplete. Nothing was saved; copy it from the phone once more."
    ),
    "attachment_elsewhere": N_(
        "This file is not on this computer yet. Its record is safe; open it when there is a network."
    ),
    "attachment_not_there": N_(
        "The server does not have this file yet: the computer on which it was added has not sent it. "
        "Try again later."
    ),
    "attachment_damaged": N_(
        "This file is damaged on this computer. Its record is safe; sync, then open it once more."
    ),
    "attachment_unknown": N_("There is no such photo or paper here any more. Nothing was changed."),
    "consent_missing": N_(
        "Nothing was written. {why} Ask for consent first, or name the ground on which it may be done "
        "without."
    ),
    "ground_unknown": N_("There is no such ground. Nothing was written; the grounds are {known}."),
    # tables that a province edits
    "table_unreadable": N_(
        "The table {file} cannot be read. Save it as CSV in UTF-8, with commas, and try again."
    ),
    "table_row_length": N_("{file}, line {line}: {found} cells instead of {wanted}."),
    "table_column_unknown": N_("{file}, line {line}: there is no column “{column}” in this table."),
    "table_column_missing": N_("{file}, line {line}: the column “{column}” is missing."),
    "table_value_blank": N_("{file}, line {line}, column {column}: this cell must not be empty."),
    "table_value_wrong": N_("{file}, line {line}, column {column}: “{value}” is not a value of this column."),
    "table_code_twice": N_("{file}, line {line}, column {column}: “{value}” stands here twice."),
    "formula_wrong": N_(
        "{file}, {code}: “{part}” makes no sense here. This indicator is not counted; all others are."
    ),
    "period_backwards": N_("A period cannot end ({last}) before it begins ({first}). Check the two days."),
    "period_without_beginning": N_("Say from which day too, with --from."),
    "indicator_unknown": N_("There is no indicator {code}. The command `indicators` lists them all."),
    "indicator_not_counted": N_(
        "{code} cannot be counted from the records on this computer. Its source is: {source}."
    ),
    "figure_village_unknown": N_(
        "There is no village of that name on this computer. Its figure cannot be held against the server's;"
        " leave the village out, or look at its name in the register."
    ),
    "figures_only": N_(
        "This computer holds figures of its units and no records, so nothing can be counted from them here. "
        "The figures that the server published are in Overview (command `figures`)."
    ),
    "table_reference_unknown": N_(
        "{file}, line {line}, column {column}: “{value}” is in no table that this column points to."
    ),
    # records
    "stale_record": N_(
        "Somebody else changed this record while you were writing. Nothing was overwritten; "
        "compare the two and save again."
    ),
    "import_not_undoable": N_(
        "This import cannot be undone any more, because later work builds on it. Nothing was changed."
    ),
    "unit_unknown": N_("There is no such unit in the list of communes and villages. Check its name or code."),
    "unit_ambiguous": N_("Several villages are called {name}. Write the code of the one you mean."),
    "household_unknown": N_(
        "This household is not in the register, or not any more. Nothing was saved; search for it again."
    ),
    "household_unclear": N_(
        "{count} households match this text. Nothing was saved; use the household's code or more of the name."
    ),
    "person_unknown": N_("This person is not in the household. Nothing was saved; choose somebody who is."),
    "person_unclear": N_(
        "{count} people of this household match “{name}”. Nothing was saved; write the full name."
    ),
    "member_unclear": N_("{count} members match “{name}”. Nothing was changed; write the full name."),
    "lines_unreadable": N_(
        "This file cannot be read as text (UTF-8). Nothing was saved from it; write it anew as plain text."
    ),
    "round_unknown": N_("This round is not there any more. Nothing was changed."),
    "round_nobody": N_(
        "Each household that the register shows is in a round already. Change the filters of the register, "
        "or end the other round."
    ),
    "round_unnamed": N_("The round has no name yet. Nothing was saved; write one, such as “Market day”."),
    "not_a_commune": N_(
        "Only the commune's office writes announcements and gives quotas. Nothing was saved; ask them to."
    ),
    "announcement_empty": N_("There is nothing to announce yet. Nothing was saved; write what it is about."),
    "announcement_too_long": N_(
        "A title has at most {title} letters and an announcement {text}. Nothing was saved; shorten it."
    ),
    "announcement_unknown": N_("This announcement is not there any more. Nothing was changed."),
    "quota_unknown": N_("This quota is not there any more. Nothing was changed."),
    "quota_measure_unknown": N_(
        "No quota can be set for “{kind} {code}”. Nothing was saved; `quota-measures` lists what there is."
    ),
    "quota_amount_invalid": N_(
        "A quota is a whole number from 1 to {most}. Nothing was saved; write how many are asked for."
    ),
    "board_unit_unknown": N_(
        "This unit is not below yours, or was none on that day. Choose another one; nothing was changed."
    ),
    "board_unit_not_there": N_(
        "On {day} there is no unit “{unit}” below yours: it had ended, was not there yet, or has another "
        "name. Choose a day on which it stood, or another unit; nothing was changed."
    ),
    "board_no_old_communes": N_(
        "Only a commune's villages can be put together by the communes before 1 July 2025, at the commune "
        "itself. Nothing was changed."
    ),
    "not_an_office": N_(
        "Only the offices of communes, areas and provinces set targets and type figures in. Nothing was "
        "saved; ask them to."
    ),
    "target_unknown": N_("This target is not there any more. Nothing was changed."),
    "target_not_yours": N_(
        "This target was set by another unit. Nothing was changed; only the unit that set it changes it."
    ),
    "target_unit_unknown": N_(
        "A target is set for your own unit, by a commune also for its villages. Nothing was saved; choose"
        " one of them."
    ),
    "target_value_missing": N_(
        "The target has no number yet. Nothing was saved; write one such as 80 or 96,52, or choose “by a "
        "day” for a milestone."
    ),
    "target_percent_invalid": N_(
        "A percentage lies between 0 and 100. Nothing was saved; look at the number."
    ),
    "target_negative": N_("A target is not less than 0. Nothing was saved; look at the number."),
    "target_rank_invalid": N_("A rank is a whole number from 1 on. Nothing was saved; look at the number."),
    "target_without_whole": N_(
        "The indicator “{name}” is a plain number with no whole that a percentage could be taken of. Nothing "
        "was saved; write the target in {unit}."
    ),
    "target_measure_differs": N_(
        "The indicator “{name}” is measured in {unit}, and this target is in {measure}: they cannot be "
        "compared. Nothing was saved; write the target in {unit}, or choose another indicator."
    ),
    "target_source_missing": N_(
        "A target needs its source: who issued the document, and its number or its wording. Nothing was "
        "saved; write them."
    ),
    "target_exists": N_(
        "There is a target for this indicator, unit and period already. Nothing was saved; change that one."
    ),
    "target_has_ended": N_("This target was ended already. Nothing was changed."),
    "proposal_unknown": N_("This proposal is not on this computer. Nothing was changed."),
    "proposal_not_yours": N_(
        "This proposal is for another unit to decide on, or another unit made it. Nothing was changed."
    ),
    "proposal_not_about_you": N_(
        "This target does not hold for your unit, or nobody stands above who could decide. Nothing was saved."
    ),
    "proposal_same": N_(
        "This is what the target is already. Nothing was saved; propose another value or last day."
    ),
    "proposal_reason_missing": N_("Say why. Nothing was saved yet."),
    "proposal_period_over": N_(
        "The time of this target was over on {day}. Nothing was saved; what was missed belongs into the "
        "comparison of plan and result."
    ),
    "proposal_unit_ended": N_(
        "The unit of this target has ended, so its target is changed no more. Nothing was saved."
    ),
    "proposal_said_already": N_("This was said of the proposal already. Nothing was changed."),
    "proposal_closed": N_(
        "The proposal was taken back or decided on already. Nothing was changed; make a new one."
    ),
    "proposal_target_changed": N_(
        "The target was changed meanwhile: the proposal is about {was}, now it is {now}. Nothing was "
        "changed; look at both, then accept it knowing that, or return it."
    ),
    "target_not_shared": N_(
        "The indicator “{name}” is nothing that teams can be asked for: quotas count people or households "
        "who were helped. Nothing was given."
    ),
    "target_nothing_missing": N_("No village lacks anything to this target. No quota was given."),
    "document_in_future": N_("The document's day is still to come. Nothing was saved; look at its day."),
    "text_too_long": N_("Here are at most {most} letters. Nothing was saved; shorten it."),
    "number_unreadable": N_("This is no number: “{text}”. Nothing was saved; write it as 96,52 or 1.234."),
    "typed_figure_counted": N_(
        "The indicator “{name}” is counted from records, and a second number beside it would only raise the "
        "question which one is right. Nothing was saved."
    ),
    "typed_figure_unknown": N_("This figure is not there any more. Nothing was changed."),
    "typed_figure_exists": N_(
        "There is a figure for this indicator, unit and period already. Nothing was saved; correct that one."
    ),
    "typed_value_missing": N_("The figure is missing. Nothing was saved; type it in, such as 80 or 96,52."),
    "typed_source_missing": N_(
        "A figure that is typed in needs its source, such as the office that published it. Nothing was "
        "saved; write it."
    ),
    "typed_period_ahead": N_("This period has not begun yet. Nothing was saved; look at the days."),
    "typed_part_above_whole": N_(
        "The part ({part}) is larger than the whole ({whole}). Nothing was saved; look at both numbers."
    ),
    "typed_whole_is_zero": N_(
        "Nothing can be divided by 0. Nothing was saved; write the whole, or leave it empty if the source"
        " does not tell it."
    ),
    "typed_rank_without_field": N_(
        "A rank says little without how many were ranked: 63 provinces until 2025, 34 since. Nothing was "
        "saved; write their number."
    ),
    "follow_up_unknown": N_("This task was done or called off meanwhile. Nothing was changed."),
    "due_in_past": N_("A task is put off to today or later. Nothing was changed; choose another day."),
    "days_reversed": N_("The last day is before the first one. Nothing was saved; change one of them."),
    "too_many_stops": N_(
        "More than {most} households are too many for one round. Nothing was saved; choose fewer."
    ),
    "name_missing": N_("Somebody has no name yet. Nothing was saved; write the name, or take the row out."),
    "village_unknown": N_(
        "There is no village here that you may write in. Nothing was saved; choose another village."
    ),
    "poverty_unknown": N_("There is no poverty class “{text}”. Nothing was saved."),
    "date_too_far": N_("This day is more than a year away. Nothing was saved; look at the day."),
    "poverty_class_unknown": N_("This class is not on record any more. Nothing was changed."),
    "return_before_leaving": N_(
        "The day of coming back is not after the day of leaving. Nothing was saved; look at both days."
    ),
    "person_not_away": N_("This person is neither away nor gone. Nothing was changed."),
    "same_household": N_("This person lives in that household already. Nothing was changed."),
    "head_needed": N_(
        "The head of the household goes. Nothing was saved; say first who of those who stay is the head now."
    ),
    "everybody_splits": N_(
        "Everybody would go into the new household. Nothing was saved; somebody has to stay."
    ),
    "visit_unknown": N_(
        "This visit is not in the log, or was withdrawn already. Nothing was changed; look at the log again."
    ),
    "withdrawal_reason_unknown": N_(
        "There is no reason “{reason}”. Nothing was changed; write twice, wrong_household, not_done or "
        "mistake."
    ),
    "reason_unknown": N_("There is no reason “{reason}”. Nothing was saved; write moved, died or other."),
    "rule_unknown": N_("There is no rule “{rule}”. Nothing was changed; `doubts` lists the rules."),
    "doubt_unknown": N_("This was mended or settled meanwhile. Nothing was changed."),
    "doubt_unclear": N_(
        "{count} doubts fit. Nothing was changed; name household, rule and person so that only one fits."
    ),
    "observation_unknown": N_(
        "This observation is not on record, or was withdrawn already. Nothing was changed; look at the time "
        "line again."
    ),
    "observation_of_visit": N_(
        "This follows from a support. Nothing was changed; correct or withdraw the visit in the support log."
    ),
    "mistake_unknown": N_(
        "There is no reason “{reason}”. Nothing was changed; write not_so, wrong_person, wrong_day or twice."
    ),
    "note_missing": N_("Write why it is right as it stands. Nothing was changed."),
    "field_unknown": N_(
        "There is no such field: {text}. Nothing was saved; write FIELD=VALUE as --help says."
    ),
    "form_incomplete": N_("This cannot be saved yet: {words} Nothing was saved."),
    "fact_unknown": N_("There is no fact “{fact}” to be observed of this. Nothing was saved."),
    "how_unknown": N_("There is no way to know called “{how}”. Nothing was saved; write seen or told."),
    "service_unknown": N_(
        "There is no service {code} in the catalogue. Nothing was saved; choose one from the list."
    ),
    "result_unknown": N_(
        "There is no result “{result}”. Nothing was saved; write alone, together, come_back or declined."
    ),
    "column_meaning_unknown": N_(
        "This does not say what a column holds: {text}. Nothing was read; write heading=meaning, "
        "one of: {known}."
    ),
    "header_row_unknown": N_(
        "This is not the number of a row: {text}. Nothing was read; write a number as 7 or sheet!7, or 0 "
        "where no row names the columns."
    ),
    "encoding_unknown": N_("There is no encoding called {text}. Nothing was read; write one of: {known}."),
    "encoding_unfit": N_(
        "The letters of this file are not in the encoding {encoding}. Nothing was changed; choose another "
        "one, or none, and the program finds out by itself."
    ),
    "import_unknown": N_("There is no such import in the history. Nothing was changed; check its number."),
    "help_unknown": N_("No page of the help holds “{text}”. `help` without a word lists all pages."),
    "no_overview": N_(
        "Figures by village and commune are for communes and areas; a team sees its own under Today."
    ),
    "already_enrolled": N_(
        "This computer is already enrolled. Nothing was changed; use the invitation on the other computer."
    ),
    "demo_needs_server": N_(
        "The demo needs the server beside it, and this program was packaged without one. "
        "Start it from the source with “make run”."
    ),
    "demo_server_failed": N_(
        "The demo's server did not start, so there is no demo. Nothing else was touched; try once more."
    ),
    # privacy
    "purpose_unknown": N_("There is no purpose “{purpose}”. Nothing was saved; choose one from the list."),
    "way_unknown": N_("There is no way “{way}”. Nothing was saved; write paper, spoken or ticked."),
    "consent_over": N_("The last day is before the day of the answer. Nothing was saved; write a later one."),
    "consent_unknown": N_(
        "This consent is not on record any more. Nothing was saved; open the household again."
    ),
    "request_kind_unknown": N_(
        "There is no kind of request “{kind}”. Nothing was saved; choose one from the list."
    ),
    "request_unknown": N_("This request is not on record any more. Nothing was changed."),
    "extension_not_possible": N_(
        "This request cannot be given more time: its kind allows none, or it had it. Nothing was changed."
    ),
    "state_unknown": N_("There is no state “{state}”. Nothing was changed; write done or declined."),
    "export_unwritable": N_(
        "The file could not be written into the folder for exported files: the disk is full or locked. "
        "Nothing left the vault."
    ),
    "export_unknown": N_("This file is not on your list. Nothing was deleted."),
    "export_in_use": N_("The file is open in another program. Close it there and delete it again."),
    "answer_missing": N_(
        "Say why the request is declined; the person has a right to know. Nothing was changed."
    ),
    "nothing_selected": N_("Nothing is selected yet. Choose at least one and try again."),
    "nothing_to_print": N_("No household is left to print. Take off a filter and try again."),
    "no_printer": N_(
        "No printer is set up on this computer. Save the paper as a PDF and print it somewhere else."
    ),
    "form_unknown": N_("There is no form “{form}”. Nothing was written."),
    "form_without_columns": N_(
        "{file}, line {line}, column {column}: the form “{value}” has no columns in the other table."
    ),
    "template_unreadable": N_(
        "The template {file} cannot be read, so the paper was made with another one. Save it anew in Word "
        "as a document (.docx)."
    ),
    "template_wrong": N_(
        "The template {file} has a mistake ({why}), so the paper was made with another one. Fields are "
        "written like {{{{ co_quan }}}}."
    ),
    "template_field_unknown": N_(
        "The template {file} has a field “{field}” that nobody knows. Its place stayed empty; "
        "the rest is made."
    ),
    "template_without_body": N_(
        "The template {file} has no place {{{{ noi_dung }}}}, so the paper's tables and text are not in it."
    ),
    "font_missing": N_(
        "The font {font} of papers is missing on this computer, so another one was taken. Install the "
        "program anew to bring it back."
    ),
    "printer_failed": N_("The printer took nothing. See whether it is on and connected, then print again."),
    "period_invalid": N_("The last day is before the first one. Change one of them."),
    "date_invalid": N_("This is not a date. Write it like 23/11/2026."),
    "birth_unclear": N_("This is no date of birth. Write 1985, 02/1985 or 01/02/1985. Nothing was changed."),
    "phone_unclear": N_("This is no phone number: it has ten digits, like 0981234567. Nothing was changed."),
    "id_number_unclear": N_("A personal number has 12 digits. Nothing was changed; look at the card again."),
    "number_unclear": N_("This is no number from 0 to {most}. Nothing was changed."),
    "choice_unknown": N_("{choice} is none of the choices. Nothing was changed."),
    "side_or_value": N_("Say either which side is right, or another value; not both. Nothing was changed."),
    "field_not_typed": N_("No value of your own can be given here; choose one of the two."),
    "conflict_unknown": N_(
        "This was settled in the meantime, or there is no such choice. Nothing was changed."
    ),
    "returned_unknown": N_(
        "This change is not among those that came back, or it was settled meanwhile. Nothing was changed."
    ),
    "returned_not_mendable": N_(
        "This change cannot be written once more with other values. Take it back, or enter it anew."
    ),
    "quarantine_unknown": N_(
        "This change does not wait for your decision, or it was decided meanwhile. Nothing was changed."
    ),
    "quarantine_which": N_(
        "Say which changes are meant: --device, --code or --overdue. Nothing was decided."
    ),
    "quarantine_not_acceptable": N_(
        "Permission alone does not help here; its author has to correct it. It can be refused."
    ),
    "report_unit_ended": N_(
        "{unit} did not stand any more on {day}, so there is nothing to report for it. Choose a period in "
        "which it did."
    ),
    "report_unit_unknown": N_(
        "This computer knows nothing of {unit} yet, so there is nothing to report. Sync once, then try again."
    ),
    "report_period_ahead": N_("{period} begins on {day} only. Nothing can be reported of it yet."),
    "report_request_not_yours": N_(
        "Reports are asked for by the commune or the province. Nothing was saved."
    ),
    "report_request_untitled": N_("Write what the report is about. Nothing was saved."),
    "report_request_day_over": N_("The deadline is over already; choose today or later. Nothing was saved."),
    "report_request_before_end": N_(
        "The deadline is before the last day that the report is about. Nothing was saved."
    ),
    "report_request_unknown": N_("This unit did not ask for such a report. Nothing was changed."),
    "payment_amount_invalid": N_("Write whole đồng, from 1 to {most}. Nothing was made."),
    "payment_months_invalid": N_("Write for how many months, from 1 to {most}. Nothing was made."),
    "campaign_not_yours": N_(
        "A campaign is set by a commune, an area or the province, and changed by whoever set it. Nothing was "
        "changed."
    ),
    "campaign_unknown": N_("This campaign is not on this computer. Nothing was changed."),
    "campaign_not_about_you": N_("This unit does not take part in the campaign. Nothing was changed."),
    "campaign_untitled": N_("Write what the campaign is called. Nothing was saved."),
    "campaign_without_criteria": N_("Write at least one criterion with its points. Nothing was saved."),
    "campaign_too_many": N_("A campaign has {most} criteria at the most. Nothing was saved."),
    "campaign_due_before_start": N_(
        "Score sheets are due before the campaign begins. Change one of the two days; nothing was saved."
    ),
    "campaign_review_outside": N_(
        "A review is before the campaign begins. Change one of the two days; nothing was saved."
    ),
    "campaign_published": N_(
        "The result of this campaign is published, so it stays. Set it anew if something is wrong in it."
    ),
    "criterion_unnamed": N_("Criterion {number} has no name. Nothing was saved."),
    "criterion_twice": N_("The criterion “{name}” is there twice. Nothing was saved."),
    "criterion_points": N_(
        "The points of “{name}” are more than 0 and {most} at the most, with two decimals. Nothing was saved."
    ),
    "criterion_unknown": N_("The campaign has no criterion “{code}”. Nothing was saved."),
    "criteria_unreadable": N_(
        "This line is no criterion: “{line}”. Write its name, a semicolon and its points. Nothing was saved."
    ),
    "points_outside": N_(
        "For “{name}” write points from 0 to {most}, with two decimals at the most. Nothing was saved."
    ),
    "points_missing": N_("Write the points as a number, like 7,5. Nothing was saved."),
    "appraisal_reason_missing": N_(
        "Say why “{name}” is not worth what the unit gave itself; the unit reads it. Nothing was saved."
    ),
    "criteria_missing": N_("{n} criteria have no points yet. Score them first; nothing was changed."),
    "scores_contrary": N_(
        "Two people scored “{name}” differently without knowing of each other. Score it again to settle "
        "it; nothing was changed."
    ),
    "sheet_unknown": N_("This score sheet is not on this computer. Nothing was changed."),
    "sheet_not_yours": N_("This score sheet is for another unit to act on. Nothing was changed."),
    "sheet_handed_up": N_(
        "The score sheet is handed up. Take it back to score again, as long as it is not decided. "
        "Nothing was changed."
    ),
    "sheet_decided": N_("This score sheet is decided, so its scores stay. Return it to score it again."),
    "sheet_withdrawn": N_("Its unit took this score sheet back. Nothing was changed."),
    "sheet_said_already": N_("That was said of this score sheet already. Nothing was changed."),
    "result_empty": N_("No score sheet is decided yet, so there is nothing to publish."),
    "result_twice": N_(
        "{unit} handed up two score sheets without knowing of the other. Return one of them first; nothing "
        "was published."
    ),
    "result_contrary": N_(
        "The score sheet of {unit} was appraised differently by two people. Return it and appraise it "
        "again; nothing was published."
    ),
    "commendation_unknown": N_("This proposal to commend is not on this computer. Nothing was changed."),
    "commendation_not_yours": N_(
        "This proposal to commend is for another unit to act on. Nothing was changed."
    ),
    "commendation_closed": N_("This proposal to commend is closed. Nothing was changed."),
    "commendation_nobody_above": N_(
        "No unit above this one has the program, so nobody there can decide. Nothing was saved."
    ),
    "commendation_unnamed": N_("Write who is to be commended. Nothing was saved."),
    "commendation_merits_missing": N_("Write in short what they did. Nothing was saved."),
    "award_unknown": N_("There is no form of commendation “{code}”. Nothing was saved."),
    "votes_outside": N_("More people voted for it than voted at all. Nothing was saved."),
    "voted_later": N_("The day of the vote is still to come. Nothing was saved."),
    "difficulty_kind_unknown": N_("There is no kind of difficulty “{code}”. Nothing was saved."),
    "difficulty_empty": N_("Write what the difficulty is. Nothing was saved."),
    "difficulty_unknown": N_("This difficulty is not on this computer. Nothing was changed."),
    "difficulty_not_yours": N_("This difficulty is for another unit to act on. Nothing was changed."),
    "difficulty_nobody_above": N_("No unit above this one has the program, so it cannot be passed on."),
    "difficulty_day_over": N_(
        "The day for the answer is over already. Nothing was passed on; choose a later one."
    ),
    "difficulty_answer_missing": N_("Write the answer; whoever asked reads it. Nothing was saved."),
    "difficulty_joined": N_("These two are joined with each other already. Nothing was changed."),
    "training_unknown": N_("This training session is not on this computer. Nothing was changed."),
    "trainer_plans_nothing": N_(
        "Sessions are planned by communes and teams; a trainer takes the lists of those that name them. "
        "Nothing was saved. Ask whoever invited you to plan it with your name among the trainers."
    ),
    "training_not_yours": N_(
        "Another unit planned this session. Nothing was changed; ask them to change it."
    ),
    "training_cancelled": N_(
        "This session was called off. Nothing was saved; put it on a day again first if it takes place."
    ),
    "training_course_unknown": N_("There is no course “{code}”. Nothing was saved; choose one of the list."),
    "training_skill_unknown": N_("The skill “{code}” is not taught in this session. Nothing was saved."),
    "training_nothing_taught": N_(
        "It is not said yet what is taught. Nothing was saved; choose a course or some skills."
    ),
    "training_place_missing": N_(
        "It is not said yet where it takes place. Nothing was saved; write the place."
    ),
    "training_time_wrong": N_(
        "A session begins between 00:00 and 23:59 and takes a minute to a day. Nothing was saved; write the "
        "time anew."
    ),
    "training_capacity_wrong": N_("There is room for 1 to {most} people in a session. Nothing was saved."),
    "training_full": N_("A session has at most {most} people. Nobody was added; plan a second one."),
    "training_day_over": N_("That day is over already. Nothing was changed; choose today or a later one."),
    "training_reason_missing": N_("Write why it is called off; the teams read it. Nothing was changed."),
    "training_repeat_wrong": N_(
        "A session is repeated up to {times} times, every 1 to {days} days. Nothing was saved."
    ),
    "training_not_on_list": N_(
        "This person is not on the list of the session. Nothing was saved; tick them first."
    ),
    "training_person_unclear": N_(
        "{count} people match “{name}”. Nobody was ticked; add the year of birth or more of the name."
    ),
    "training_slips_wrong": N_("Write how many slips there are, 1 to {most} in all. Nothing was saved."),
    "guest_is_here": N_(
        "A guest “{name}” of this year and village is on the list and ticked already. Nothing was added; if "
        "there is a second person of that name, say so."
    ),
    "guest_year_wrong": N_("This is no year of birth. Nothing was saved; write four digits, such as 1952."),
    "report_kind_unknown": N_("There is no kind of report “{code}” for this unit. Nothing was changed."),
    "report_kind_over": N_(
        "The report “{name}” is not made for a period that ends on {day}: other levels reported then. Choose "
        "another kind or period."
    ),
    "report_without_district": N_(
        "It is not known which district {unit} lay in on {day}, so the report cannot be addressed. Nothing "
        "was handed up."
    ),
    "report_period_runs": N_(
        "{period} ends on {day} only, and until then its figures change. It can be handed up from that day "
        "on; what you typed is kept."
    ),
    "report_section_unknown": N_("A report has no section “{code}”. Nothing was changed."),
    "report_cause_unknown": N_(
        "There is no cause “{code}”. Nothing was changed; choose one of the list, or tell the reason in "
        "words."
    ),
    "report_without_targets": N_(
        "No target holds for {unit} in this period, so there is nothing to compare. Nothing was handed up."
    ),
    "report_reason_untold": N_(
        "These targets are not reached and nobody has said why: {names}. Nothing was handed up, what you "
        "typed is kept; choose a cause or type the reason of each."
    ),
    "report_too_long": N_(
        "The report is too long to be sent. Nothing was handed up; shorten what was typed."
    ),
    "report_unknown": N_("This report is not on this computer. Nothing was changed."),
    "report_not_yours": N_("This report is for another unit to decide on. Nothing was changed."),
    "report_accepted": N_(
        "This report was accepted and is locked. Nothing was changed; hand up a corrected version instead."
    ),
    "report_withdrawn": N_("This report was taken back by its sender. Nothing was changed."),
    "report_corrected": N_(
        "There is a newer version of this report; this one stays to be read. Decide on the newer one."
    ),
    "report_said_already": N_("That was said of this report already. Nothing was changed."),
    "report_reason_missing": N_(
        "Say why the report is returned; its sender has to know what to mend. Nothing was changed."
    ),
    "report_nobody_below": N_("No unit reports to this one."),
    "date_in_future": N_("This day has not come yet. Write today's date or an earlier one."),
}
"""What happened, what is safe, what to do: one sentence or two for each code."""

UNKNOWN: Final = N_("Something went wrong that this program has no words for. Your saved work is safe.")


class _Given(dict[str, object]):
    """Parameters for a sentence; a missing one leaves a dash, since raising would hide the error itself."""

    def __missing__(self, key: str) -> str:
        return "–"


def sentence(error: TongcdsError) -> str:
    """What to tell the person, in the language in force.

    A code without a sentence (say, of a newer server) gets a general one.
    """
    return _(SENTENCES.get(error.code, UNKNOWN)).format_map(_Given(error.params))
