import { readFileSync } from 'node:fs';

/** Where Linux lists UDP sockets (proc_pid_net(5)); one file for each version of IP. */
const socketLists = ['/proc/self/net/udp', '/proc/self/net/udp6'];

/**
 * How many datagrams for a port the kernel has thrown away since the socket was opened, because
 * they came faster than they were read. 0 where the system does not tell.
 */
export function kernelDrops(port: number, lists: readonly string[] = socketLists): number {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0');
  let drops = 0;
  for (const line of lists.flatMap(linesOf)) {
    // sl, local_address (address:port, hexadecimal), rem_address, …, drops
    const columns = line.trim().split(/\s+/);
    if (columns[1]?.endsWith(`:${wanted}`)) drops += Number(columns.at(-1));
  }
  return drops;
}

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n');
  } catch {
    return [];
  }
}
