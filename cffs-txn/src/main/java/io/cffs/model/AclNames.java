package io.cffs.model;

/** The attributes in which Linux keeps the POSIX ACLs of an inode (acl(5), linux/posix_acl_xattr.h). */
public final class AclNames {
    /** The ACL that decides who may use the inode. */
    public static final Name ACCESS = Name.of("system.posix_acl_access");
    /** The ACL that what is created in the directory starts with. */
    public static final Name DEFAULT = Name.of("system.posix_acl_default");

    private AclNames() {}

    /** The flag of {@link Inode#aclFlags()} that stands for an attribute of this name; 0 for one that is no ACL. */
    public static int flagOf(Name name) {
        return name.equals(ACCESS) ? Inode.ACCESS_ACL : name.equals(DEFAULT) ? Inode.DEFAULT_ACL : 0;
    }
}
