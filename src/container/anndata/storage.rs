//! Where the tables of an AnnData file say that their values lie: within the file, before any of them is read.

use hdf5_pure::{Dataset, Group};

use crate::container::error::ContainerError;

/// The groups that are read.
const READ: [&str; 5] = ["obs", "var", "X", "layers", "uns/log1p"];

/// Groups within groups that are looked into: a layer that is sparse, the categories of a column.
const DEPTH: usize = 2;

/// Refuses a file of `size` bytes in which a chunk that may be read states a place beyond its end: hdf5-pure reserves
/// what a chunk states before it reads it, so that a damaged number of four bytes would cost 4 GB.
pub(super) fn within(root: &Group, size: u64) -> Result<(), ContainerError> {
    for name in READ {
        if let Ok(data) = root.dataset(name) {
            chunks(&data, name, size)?;
        } else if let Ok(group) = root.group(name) {
            group_within(&group, name, size, DEPTH)?;
        }
    }
    Ok(())
}

fn group_within(group: &Group, path: &str, size: u64, depth: usize) -> Result<(), ContainerError> {
    // What cannot be listed is refused or left out by whoever reads it.
    for name in group.datasets().unwrap_or_default() {
        if let Ok(data) = group.dataset(&name) {
            chunks(&data, &format!("{path}/{name}"), size)?;
        }
    }
    for name in group.groups().unwrap_or_default() {
        if depth > 0
            && let Ok(group) = group.group(&name)
        {
            group_within(&group, &format!("{path}/{name}"), size, depth - 1)?;
        }
    }
    Ok(())
}

fn chunks(data: &Dataset, path: &str, size: u64) -> Result<(), ContainerError> {
    // Values that lie in one piece, or under an index that is not read at all, have none to look at.
    for chunk in data.chunks().unwrap_or_default() {
        let end = chunk.address.checked_add(chunk.storage_size);
        if end.is_none_or(|end| end > size) {
            let what = format!(
                "a chunk of {path} would be the {} bytes from byte {}, and the file has {size}",
                chunk.storage_size, chunk.address
            );
            return Err(ContainerError::damaged("HDF5", what));
        }
    }
    Ok(())
}
