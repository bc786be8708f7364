// Prints /etc/blinky/blinky.yaml of the package.
import { settingList } from './setting-list.ts';

process.stdout.write(`# yaml-language-server: $schema=/usr/share/blinky-light/blinky.schema.json
# Settings of Blinky Light, all with their defaults. To change one, remove the # from its line and from
# the lines above it that it is indented under. Then:
#   sudo systemctl restart blinky
# The log names the line of a wrong value: journalctl -u blinky
# To check everything: sudo -u blinky blinky check

Butler:
${settingList()}`);
