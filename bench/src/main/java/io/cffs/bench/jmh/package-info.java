/** Micro benchmarks on JMH: {@code bench/run jmh PATTERN}. One class a part: validator, codec, caches. */
package io.cffs.bench.jmh;
