// The real server as a process that can be killed at any moment and started again.
import { spawn } from "node:child_process";

export function openServer({ command, env, port }) {
  let child = null;
  let kills = 0;
  let told = "";

  async function start() {
    child = spawn(command[0], command.slice(1), {
      env: { ...process.env, ...env },
      detached: true, // its own group: kill ends the workers, too
      stdio: ["ignore", "pipe", "pipe"],
    });
    child.stderr.on("data", (text) => {
      told = (told + text).slice(-20_000);
    });
    const started = child;
    await new Promise((resolve, reject) => {
      started.stdout.on("data", (text) => {
        if (String(text).includes("fieldapp ready")) resolve();
      });
      started.on("exit", (code) => reject(new Error(`the server ended with ${code}: ${told}`)));
    });
  }

  function end(signal) {
    if (!child || child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
    const ended = new Promise((resolve) => child.on("close", resolve));
    process.kill(-child.pid, signal);
    return ended;
  }

  return {
    port,
    start,
    async killAndRestart() {
      kills += 1;
      await end("SIGKILL");
      await start();
    },
    stop: () => end("SIGTERM"),
    // The last that it wrote about itself.
    get told() {
      return told;
    },
    get kills() {
      return kills;
    },
  };
}
