/**
 * A second file system as plain maps ({@link io.cffs.txn.model.FsModel}), strict fakes of the ports, and the tests that
 * run the same random steps on a transaction and on the model. Packed as this module's test-jar for tests of others.
 */
package io.cffs.txn.model;
