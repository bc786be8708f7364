// Prints /etc/blinky/blinky.yaml of the package.
import { settingList } from './setting-list.ts';

process.stdout.write(`# yaml-language-server: $schema=/usr/share/blinky-light/blinky.schema.json
# Settings of Blinky Light. All of them stand here with their defaults; take the # away from the
# line you change, and from the lines above it that it is indented under. Then:
#   sudo systemctl restart blinky
# A wrong value is refused with its line: journalctl -u blinky
# To look at everything: sudo -u blinky blinky check

Butler:
${settingList()}`);
