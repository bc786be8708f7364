// Prints the manual page blinky(1), made from the help of the commands (man(7)).
import { commands } from '../../src/cli/cli.ts';
import { commandHelp } from '../../src/cli/command.ts';

const [version = '', date = ''] = process.argv.slice(2);

/** A dot or a quote at the beginning of a line would be a request to the formatter. */
const escaped = (text: string) =>
  text
    .replaceAll('\\', '\\e')
    .replace(/^([.'])/gm, '\\&$1')
    .replaceAll('-', '\\-');

const sections = commands.map(
  (command) => `.SS ${escaped(command.name)}
.nf
${escaped(commandHelp(command))}
.fi`,
);

process.stdout.write(`.TH BLINKY 1 "${date}" "blinky ${escaped(version)}" "Blinky Light"
.SH NAME
blinky \\- lights, MQTT and Slack for the user activity of Qlik Sense servers
.SH SYNOPSIS
.B blinky
[\\fICOMMAND\\fR] [\\fIoptions\\fR]
.SH COMMANDS
${sections.join('\n')}
.SH EXIT STATUS
0 success, 1 error, 2 invalid usage, 78 invalid configuration.
.SH FILES
.TP
.I /etc/blinky/blinky.yaml
the configuration
.TP
.I /var/lib/blinky
the state: what waits for Slack, who is active
.SH SEE ALSO
.BR systemctl (1),
.BR mosquitto_sub (1)
`);
