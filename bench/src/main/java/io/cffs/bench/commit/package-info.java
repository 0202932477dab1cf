/**
 * How fast the commit pipeline is: {@link io.cffs.bench.commit.CommitRate} prints disjoint commits per second and their
 * latency beside one sync of the same disk, {@link io.cffs.bench.commit.ContendedRate} what is left of serial
 * execution when everyone wants one file.
 */
package io.cffs.bench.commit;
