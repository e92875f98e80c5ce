//! The files of a zip or tar, one after another: those that can be tables, and why the others are left.

use std::collections::VecDeque;
use std::io::Read;
use std::sync::Arc;

use super::error::ContainerError;
use super::inflate::Inflated;
use super::limits::PIECE;
use super::opening::{Part, Piece, Pieces, is_container, pieces, whole};
use super::source::{Memory, Source, Stream};
use super::study::{LeftOut, choose};
use super::tar::Tar;
use super::zip::{Directory, Member};

/// A member's name, and its bytes or why they cannot be had.
type Named = (String, Result<Content, ContainerError>);

/// An archive being read.
pub(super) struct Archive {
    name: String,
    depth: usize,
    stage: Stage,
    /// Pieces that are due before anything more is read.
    due: VecDeque<Piece>,
    inside: Option<Inside>,
    /// Compressed bytes of the zip's members that are done with.
    done: u64,
    size: u64,
}

enum Stage {
    /// A tar has no directory: its names are gathered first, by reading it through.
    Listing {
        source: Source,
        gzip: bool,
        tar: Tar,
        names: Vec<String>,
    },
    Tar {
        tar: Tar,
        chosen: VecDeque<bool>,
    },
    Zip {
        directory: Directory,
        members: VecDeque<Member>,
    },
    Over,
}

/// What is handed on at the moment.
enum Inside {
    Container(Box<dyn Pieces>),
    Plain(Content),
}

/// The bytes of a member: a zip's own stream, or the tar's current file.
enum Content {
    Zip(Inflated),
    Tar,
}

const SOME_HEADERS: usize = 64;

impl Archive {
    pub(super) fn zip(name: &str, size: u64, directory: Directory, depth: usize) -> Self {
        let names: Vec<String> = directory.members.iter().map(|member| member.name.clone()).collect();
        let (left, chosen) = decide(&names);
        let members = directory.members.iter().zip(chosen).filter(|(_, open)| *open).map(|(m, _)| m.clone()).collect();
        Archive {
            name: name.to_owned(),
            depth,
            stage: Stage::Zip { directory, members },
            due: left.into_iter().collect(),
            inside: None,
            done: 0,
            size,
        }
    }

    pub(super) fn tar(name: &str, source: Source, gzip: bool, depth: usize) -> Self {
        let size = source.size();
        let tar = tar(&source, gzip);
        let stage = Stage::Listing { source, gzip, tar, names: Vec::new() };
        Archive { name: name.to_owned(), depth, stage, due: VecDeque::new(), inside: None, done: 0, size }
    }

    fn begin(&self, member: &str) -> Part {
        let kind = if matches!(self.stage, Stage::Zip { .. }) { "zip" } else { "tar" };
        Part {
            name: self.inner_name(member),
            origin: format!("from a {kind} archive"),
            written: false,
            notes: Vec::new(),
        }
    }

    fn inner_name(&self, member: &str) -> String {
        let plain: String = member.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        format!("{}/{plain}", self.name)
    }

    /// The next member that was chosen: its name and its bytes.
    fn next_member(&mut self) -> Result<Option<Named>, ContainerError> {
        match &mut self.stage {
            Stage::Zip { directory, members } => {
                let Some(member) = members.pop_front() else { return Ok(None) };
                let content = directory.content(&member).map(Content::Zip);
                Ok(Some((member.name, content)))
            }
            Stage::Tar { tar, chosen } => {
                while let Some(entry) = tar.next_entry()? {
                    if chosen.pop_front() == Some(true) {
                        return Ok(Some((entry.name, Ok(Content::Tar))));
                    }
                }
                Ok(None)
            }
            Stage::Listing { .. } | Stage::Over => Ok(None),
        }
    }

    /// Looks at a member's first bytes, and begins it as what they say.
    fn open_member(&mut self, name: &str, mut content: Content) -> Result<Piece, ContainerError> {
        let mut head = vec![0; PIECE];
        let mut filled = 0;
        while let Some(room) = head.get_mut(filled..).filter(|room| !room.is_empty()) {
            match self.read(&mut content, room)? {
                0 => break,
                count => filled += count,
            }
        }
        head.truncate(filled);
        if !is_container(&head) {
            self.due.push_back(Piece::Bytes(head));
            self.inside = Some(Inside::Plain(content));
            return Ok(Piece::Begin(self.begin(name)));
        }
        let inner = self.inner_name(name);
        let rest = Rest { archive: self, content };
        let bytes = whole(std::io::Cursor::new(head).chain(rest))?;
        self.inside = Some(Inside::Container(pieces(&inner, Arc::new(Memory(bytes)), self.depth + 1)?));
        Ok(Piece::Nothing)
    }

    fn read(&mut self, content: &mut Content, into: &mut [u8]) -> Result<usize, ContainerError> {
        match (content, &mut self.stage) {
            (Content::Zip(inflated), _) => {
                let before = inflated.taken();
                let count = inflated.read(into).map_err(ContainerError::from_io)?;
                self.done += inflated.taken() - before;
                Ok(count)
            }
            (Content::Tar, Stage::Tar { tar, .. }) => tar.read(into),
            _ => Ok(0),
        }
    }

    fn plain(&mut self, mut content: Content) -> Result<Piece, ContainerError> {
        let mut bytes = vec![0; PIECE];
        let count = self.read(&mut content, &mut bytes)?;
        if count == 0 {
            return Ok(Piece::End);
        }
        bytes.truncate(count);
        self.inside = Some(Inside::Plain(content));
        Ok(Piece::Bytes(bytes))
    }

    fn list(&mut self) -> Result<Piece, ContainerError> {
        let Stage::Listing { source, gzip, tar: reading, names } = &mut self.stage else { return Ok(Piece::Nothing) };
        for _ in 0..SOME_HEADERS {
            let Some(entry) = reading.next_entry()? else {
                let (left, chosen) = decide(names);
                let tar = tar(source, *gzip);
                self.stage = Stage::Tar { tar, chosen: chosen.into() };
                return Ok(left.unwrap_or(Piece::Nothing));
            };
            names.push(entry.name);
        }
        Ok(Piece::Nothing)
    }
}

impl Pieces for Archive {
    fn next(&mut self) -> Result<Option<Piece>, ContainerError> {
        if let Some(piece) = self.due.pop_front() {
            return Ok(Some(piece));
        }
        match self.inside.take() {
            Some(Inside::Container(mut inner)) => {
                return match inner.next() {
                    Ok(Some(piece)) => {
                        self.inside = Some(Inside::Container(inner));
                        Ok(Some(piece))
                    }
                    Ok(None) => Ok(Some(Piece::Nothing)),
                    Err(error) => Ok(Some(Piece::Refused(error))),
                };
            }
            Some(Inside::Plain(content)) => {
                let broken = matches!(content, Content::Tar);
                return match self.plain(content) {
                    Ok(piece) => Ok(Some(piece)),
                    // Behind a break in a tar nothing can be found again; a zip's members stand alone.
                    Err(error) if broken => Err(error),
                    Err(error) => Ok(Some(Piece::Refused(error))),
                };
            }
            None => {}
        }
        if matches!(self.stage, Stage::Listing { .. }) {
            return self.list().map(Some);
        }
        let Some((name, content)) = self.next_member()? else {
            self.stage = Stage::Over;
            return Ok(None);
        };
        let piece = content.and_then(|content| self.open_member(&name, content));
        Ok(Some(piece.unwrap_or_else(|error| {
            let inner = self.inner_name(&name);
            Piece::Refused(error.in_file(&inner))
        })))
    }

    fn done(&self) -> u64 {
        match &self.stage {
            Stage::Over => self.size,
            _ => self.done,
        }
    }
}

/// What is left of a member after its first bytes.
struct Rest<'a> {
    archive: &'a mut Archive,
    content: Content,
}

impl Read for Rest<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        Ok(self.archive.read(&mut self.content, into)?)
    }
}

fn tar(source: &Source, gzip: bool) -> Tar {
    let stream = Stream::new(source.clone());
    Tar::new(if gzip { Box::new(Inflated::gzip(stream)) } else { Box::new(stream) })
}

/// What to open, and the piece that says what is not.
fn decide(names: &[String]) -> (Option<Piece>, Vec<bool>) {
    let paths: Vec<&str> = names.iter().map(String::as_str).collect();
    let decisions = choose(&paths);
    let opened = decisions.iter().map(Option::is_none).collect();
    let left: Vec<LeftOut> = names
        .iter()
        .zip(decisions)
        .filter_map(|(name, no)| no.map(|because| LeftOut { name: name.clone(), because }))
        .collect();
    ((!left.is_empty()).then_some(Piece::LeftOut(left)), opened)
}
