// Times ONNX Runtime on an exported network as `gpunet bench` times GpuNet's, and prints one JSON object with the same keys.
// node ort_peer.cjs FILE.onnx BATCH SIZE THREADS RUNS        onnxruntime-node is found beside this file or through NODE_PATH
'use strict';
const fs = require('node:fs');
const ort = require('onnxruntime-node');

const LEAST_WARM_UPS = 3;
const WARM_UP_MS = 1500;

function peakMemoryMb() {
  try {
    return Number(/^VmHWM:\s+(\d+)/m.exec(fs.readFileSync('/proc/self/status', 'utf8'))[1]) / 1024;
  } catch {
    return process.resourceUsage().maxRSS / 1024;
  }
}

async function main([file, ...numbers]) {
  const [batch, size, threads, runs] = numbers.map(Number);
  const session = await ort.InferenceSession.create(file, {
    executionProviders: ['cpu'], graphOptimizationLevel: 'all', intraOpNumThreads: threads, interOpNumThreads: 1,
  });
  const shape = [batch, 3, size, size];
  const images = new Float32Array(batch * 3 * size * size).map(() => 2 * Math.random() - 1);
  const feeds = { input: new ort.Tensor('float32', images, shape) };
  const begin = performance.now();
  for (let warmUps = 0; warmUps < LEAST_WARM_UPS || performance.now() - begin < WARM_UP_MS; warmUps++) {
    await session.run(feeds);
  }
  const times = [];
  while (times.length < runs) {
    const start = performance.now();
    await session.run(feeds);
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  console.log(JSON.stringify({
    peer: `ONNX Runtime ${ort.env.versions.node} (Node ${process.versions.node})`, batch, size, threads,
    inference_ms: times[runs >> 1], peak_memory_mb: peakMemoryMb(),
  }));
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
