/** What WebAssembly can address. */
const mostBytes = 4e9;

/** Bytes that a tab may take on this device: half of what it has, as far as it says so, and never more than WebAssembly addresses. */
export function bytesOfTab(): number {
  const { deviceMemory } = navigator as { deviceMemory?: number };
  return deviceMemory === undefined ? mostBytes : Math.min(mostBytes, (deviceMemory * 1e9) / 2);
}
