import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { afterEach, expect, test } from "vitest";
import { SmallDisk } from "./testdata/small-disk.ts";

let disk: SmallDisk | undefined;
let tracer: ChildProcess | undefined;
afterEach(async () => {
  tracer?.kill("SIGKILL");
  await disk?.close();
  disk = undefined;
});

async function opened(mount: string): Promise<SmallDisk> {
  disk = new SmallDisk();
  await disk.open(mount);
  await disk.start();
  return disk;
}

const tmpfs = 'mount -t tmpfs -o size=24m tmpfs "$DISK"';
const within = { timeout: 10_000, interval: 200 } as const;
const anyone = (): string => `192.0.2.${2 + Math.floor(Math.random() * 200)}`;
const unfinished = 'cd "$DISK" && find . -name "*.tmp" -o -name "*.partial" -o -name "*.merged"';

test("on a disk that is full serving goes on, changes are refused, and all is well again within ten seconds of room", async () => {
  const small = await opened(tmpfs);
  expect(await small.serve(20)).toBe("200 x 20");
  expect(await small.change("192.0.2.1")).toBe(200);
  await small.inside('cat /dev/zero > "$DISK/fill" 2>/dev/null; true');
  expect(await small.serve(100)).toBe("200 x 100");
  await expect.poll(() => small.change(anyone()), within).toBe(507);
  await expect.poll(() => small.recordsProblem(), within).not.toBe("");
  expect(await small.serve(100)).toBe("200 x 100");
  await small.inside('rm "$DISK/fill"');
  const freed = performance.now();
  await expect.poll(() => small.change("192.0.2.250"), within).toBe(200);
  const left = Math.max(1, 10_000 - (performance.now() - freed));
  await expect.poll(() => small.recordsProblem(), { timeout: left, interval: 200 }).toBe("");
  expect(await small.serve(20)).toBe("200 x 20");
  expect(await small.inside(unfinished)).toBe("");
});

test.each([
  { what: "every write", calls: "pwrite64,pwritev,fsync,fdatasync,ftruncate" },
  { what: "every flush", calls: "fsync,fdatasync" },
])(
  "where $what fails with EIO serving and blocking go on, changes are refused, and all is well within ten seconds, nothing twice",
  async ({ calls }) => {
    const small = await opened(tmpfs);
    expect(await small.serve(20)).toBe("200 x 20");
    expect(await small.change("192.0.2.1")).toBe(200);
    const faults = ["-e", `trace=${calls}`, "-e", `inject=${calls}:error=EIO`];
    tracer = spawn("strace", ["-f", "-q", "-o", "/dev/null", ...faults, "-p", String(small.pid)]);
    await expect.poll(() => small.change(anyone()), within).toBe(507);
    expect(await small.serve(100)).toBe("200 x 100");
    await expect.poll(() => small.recordsProblem(), within).not.toBe("");
    expect(await small.stands("192.0.2.1")).toBe(true);
    expect(await small.serve(20)).toBe("200 x 20");
    const ended = once(tracer, "exit");
    tracer.kill("SIGTERM");
    await ended;
    const mended = performance.now();
    await expect.poll(() => small.change("192.0.2.250"), within).toBe(200);
    const left = Math.max(1, 10_000 - (performance.now() - mended));
    await expect.poll(() => small.recordsProblem(), { timeout: left, interval: 200 }).toBe("");
    expect(await small.serve(20)).toBe("200 x 20");
    await expect.poll(() => small.recorded(), within).toEqual({ all: 160, different: 160 });
  },
);

test("on a file system that turned read-only serving and blocking go on, changes are refused, and what was acknowledged is there after a restart", async () => {
  // What Linux does to ext4 when the disk fails beneath it.
  const mount =
    'truncate -s 64m "$FOLDER/image" && mkfs.ext4 -q "$FOLDER/image" && mount -o loop,errors=remount-ro "$FOLDER/image" "$DISK"';
  const small = await opened(mount);
  expect(await small.serve(20)).toBe("200 x 20");
  expect(await small.change("192.0.2.1")).toBe(200);
  await small.inside('mount -o remount,abort "$DISK" || true');
  expect(await small.inside('touch "$DISK/x" 2>&1 || true')).toContain("Read-only file system");
  await expect.poll(() => small.change(anyone()), within).toBe(507);
  expect(await small.serve(100)).toBe("200 x 100");
  await expect.poll(() => small.recordsProblem(), within).not.toBe("");
  expect(await small.stands("192.0.2.1")).toBe(true);
  await small.kill();
  await small.inside(
    'umount "$DISK" && (e2fsck -p "$FOLDER/image" > /dev/null; true) && mount -o loop "$FOLDER/image" "$DISK"',
  );
  await small.start();
  expect(await small.stands("192.0.2.1")).toBe(true);
  expect(await small.change("192.0.2.250")).toBe(200);
  expect(await small.serve(20)).toBe("200 x 20");
  expect(await small.inside(unfinished)).toBe("");
});
