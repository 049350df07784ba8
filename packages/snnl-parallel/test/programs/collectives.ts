// Every operation of a group against values that each rank can tell without the others.
import assert from 'node:assert/strict';
import { connect } from '../../src/index';

const group = connect({ waitLimit: 20 });
const { rank, size } = group;
assert.equal(size, Number(process.argv[2]));
assert.equal(group.engine.abi, process.argv[3]);
assert.equal(connect(), group);

const ranks = Array.from({ length: size }, (_, other) => other);
const total = (size * (size + 1)) / 2;

// Each call is slow where there are more ranks than cores.
const lengths = size > 4 ? [0, 3, 40] : [0, 1, 2, 3, 5, 7, 16, 40, 1000, 70_001];

for (const Type of [Float32Array, Float64Array, Int32Array]) {
  // Exact integers: some versions of Open MPI had wrong sums of few elements.
  for (const length of lengths) {
    const expected = (factor: number) => {
      const values = new Type(length);
      for (let i = 0; i < length; i++) values[i] = factor * (i + 1);
      return values;
    };
    const make = () => expected(rank + 1);
    const data = make();
    assert.equal(group.allReduce(data), data);
    assert.deepEqual(data, expected(total));
    assert.deepEqual(group.allReduce(make(), 'max'), expected(size));
    assert.deepEqual(group.allReduce(make(), 'min'), expected(1));
    const root = length % size;
    assert.deepEqual(group.broadcast(make(), root), expected(root + 1));
  }
  // Unequal counts, some of them 0.
  const counts = ranks.map((other) => (other * 3) % 5);
  const gathered = group.allGather(new Type(counts[rank] as number).fill(rank), counts);
  assert.deepEqual(
    [...gathered],
    ranks.flatMap((other) => Array(counts[other]).fill(other)),
  );
}

// Asynchronous calls are made in order, beside blocking ones, while the event loop turns.
let turns = 0;
const timer = setInterval(() => turns++, 1);
const first = group.allReduceAsync(new Float32Array(2_000_000).fill(1));
const second = group.allGatherAsync(Int32Array.of(rank), Array(size).fill(1));
const third = group.broadcastAsync(Float64Array.of(rank), size - 1);
assert.deepEqual([...group.allReduce(Int32Array.of(1))], [size]);
assert.ok((await first).every((value) => value === size));
assert.deepEqual([...(await second)], ranks);
assert.deepEqual([...(await third)], [size - 1]);
if (rank === 0) await new Promise((resolve) => setTimeout(resolve, 200));
turns = 0;
await group.allReduceAsync(new Float32Array(1));
assert.ok(rank === 0 || turns > 0, 'the event loop stood still');
clearInterval(timer);

const [to, from] = [(rank + 1) % size, (rank + size - 1) % size];
assert.deepEqual([...(await group.exchange(Float32Array.of(rank, 0.5), to, from))], [from, 0.5]);

assert.equal(group.machine.size, size);
assert.equal(group.machine, group.machine);
const half = group.split(rank % 2);
const members = ranks.filter((other) => other % 2 === rank % 2);
assert.equal(half.size, members.length);
assert.equal(members[half.rank], rank);
assert.deepEqual(
  [
    ...half.allGather(
      Int32Array.of(rank),
      members.map(() => 1),
    ),
  ],
  members,
);

// Arguments that no rank passes on.
assert.throws(() => group.allGather(new Float32Array(2), Array(size).fill(1)), /lengths of the/);
assert.throws(() => group.broadcast(new Float32Array(2), size), RangeError);
assert.throws(() => group.split(-1), /the color to be an integer/);
assert.throws(() => group.allReduce(new Uint8Array(1) as never), TypeError);
group.barrier();
console.log(`rank ${rank} is done`);
if (process.argv[4] === 'close') group.close();
