package io.cffs.txn.ops;

import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.model.Name;
import io.cffs.txn.Credentials;
import io.cffs.txn.Transaction;
import java.util.List;

/** listxattr(2). The names are recorded, their values are not. */
public final class Listxattr {
    private Listxattr() {}

    /**
     * @return in byte order, those that the caller may see
     * @throws FsException STALE
     */
    public static List<Name> run(Transaction tx, Credentials who, Ino ino) throws FsException {
        return tx.xattrs().names(tx.inode(ino)).stream().filter(name -> XattrRules.isListed(who, name)).toList();
    }
}
